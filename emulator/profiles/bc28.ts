import type { Profile } from "../profile.js";
import { defaultQuirks } from "../quirks.js";

/** The BC28 of the application note. */
export const bc28: Profile = {
  name: "bc28",
  identity: {
    manufacturer: "Quectel",
    model: "BC28",
    firmware: "BC28JAR02A01",
    serialNumber: "EMU0000000000001",
    imei: "001010000000016", // 00101 is the test network's range: no real device has it
    imeisv: "0010100000000101",
    svn: "01",
  },
  quirks: defaultQuirks,
};
