import type { Profile } from "./profile.js";
import { defaultQuirks } from "./quirks.js";

/** The BC28 of the application note. */
export const bc28: Profile = {
  name: "bc28",
  timing: "instant",
  identity: {
    manufacturer: "Quectel",
    model: "BC28",
    modelName: "BC28JA-02-STD",
    firmware: "BC28JAR02A01",
    revision: [
      "SSB,V150R100C10B200SP1",
      "SECURITY_A,V150R100C20B300SP2",
      "PROTOCOL_A,V150R100C20B300SP2",
      "APPLICATION_A,V150R100C20B300SP2",
      "SECURITY_B,V150R100C20B300SP2",
      "RADIO,Hi2115_RF1",
    ],
    serialNumber: "EMU0000000000001",
    imei: "001010000000016", // 00101: the test network; no real device has such a number
    imeisv: "0010100000000101",
    svn: "01",
    imsi: "001010000000001",
    iccid: "89001010000000000018",
  },
  surroundings: {
    operator: "46000",
    tac: "5AE1",
    cell: "82E76B2",
    address: "100.64.0.28",
    apn: "ctnet",
    timeZone: 32,
    pingTtl: 49,
    pingRtt: 450,
    signalPower: -842,
    totalPower: -780,
    txPower: 100,
    txTime: 859,
    rxTime: 26_543,
    cellId: 137_262_770,
    ecl: 0,
    snr: 226,
    earfcn: 3734,
    pci: 105,
    rsrq: -108,
    band: 8,
    temperature: 30,
    voltage: 3816,
  },
  quirks: defaultQuirks,
};
