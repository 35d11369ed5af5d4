import { bc28 } from "./bc28.js";
import type { Profile } from "./profile.js";

/** The BC35-G. Its firmware is of the same family. */
export const bc35g: Profile = {
  ...bc28,
  name: "bc35-g",
  identity: {
    ...bc28.identity,
    model: "BC35-G",
    modelName: "BC35GJB-02-STD",
    firmware: "BC35GJBR02A01",
    serialNumber: "EMU0000000000002",
    imei: "001010000000024",
    imeisv: "0010100000000201",
    imsi: "001010000000002",
    iccid: "89001010000000000026",
  },
};
