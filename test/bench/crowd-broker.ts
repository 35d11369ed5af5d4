// The embedded broker alone.
import { startBroker } from "../../net/broker/broker.js";
import { answer } from "./processes.js";

const broker = await startBroker({ port: 0 });
answer(async () => broker.port);
