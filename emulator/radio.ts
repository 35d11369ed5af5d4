/** What the module knows of SIM and network. The world changes it, and so do AT+CFUN and AT+CGATT. */
export interface Radio {
  readonly sim: boolean;
  readonly coverage: boolean;
  /** AT+CFUN: false is minimum functionality, with the radio off. */
  readonly functionality: boolean;
  /** AT+CGATT: whether the host wants the module attached. */
  readonly wanted: boolean;
  /** 0 to 31, 99 unknown; as AT+CSQ prints it while there is coverage. */
  readonly rssi: number;
}

/** What the world does to the radio: each field given is set. */
export interface RadioChange {
  readonly kind: "radio";
  readonly sim?: boolean;
  readonly coverage?: boolean;
  readonly rssi?: number;
}

/** The radio after a start with AUTOCONNECT: everything there, and attached. */
export const radioOn: Radio = { sim: true, coverage: true, functionality: true, wanted: true, rssi: 25 };

/** Attached: only then is there a network for MQTT. */
export const isAttached = (radio: Radio): boolean => radio.sim && radio.coverage && radio.functionality && radio.wanted;
