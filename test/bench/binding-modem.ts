// The module in this process, with a host by the `serialport` package.
import { SerialPort } from "serialport";
import { startModem } from "../../net/testing/start.js";
import { answerWithLatency } from "./binding-host.js";

const { path, binding } = await startModem({ broker: false });
const options = { path, binding, baudRate: 9600 }; // the package's types do not know that it takes a binding
const host = new SerialPort(options);
host.once("open", () => answerWithLatency(host));
