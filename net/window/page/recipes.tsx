import { useEffect, useState } from "preact/hooks";
import { send } from "./api.js";
import { Control, faultCall } from "./control.js";

/** What goes wrong most often, and what the host hears then. */
const recipes: readonly (readonly [fault: string, hears: string])[] = [
  ["refuse dial", "+QMTOPEN: 0,-1"],
  ["unknown name", "+QMTOPEN: 0,4"],
  ["answer CONNECT with 5", "+QMTCONN: 0,0,5"],
  ["lose CONNACK", "+QMTCONN: 0,2"],
  ["lose PUBACK", "+QMTPUB: 0,1,1,1"],
  ["lose every PUBACK", "+QMTPUB: 0,1,2"],
  ["lose every PINGRESP", "+QMTSTAT: 0,2"],
  ["delay SUBACK 12s", "+QMTSUB: 0,1,1,1"],
  ["coverage off for 40s", "+QMTSTAT: 0,7"],
  ["error AT+QMTPUB 159", "+CME ERROR: 159"],
  ["lose prompt", "no >"],
  ["slow answers 3s", "late answers"],
  ["reset watchdog", "a banner"],
  ["flip every byte from host with chance 0.1%", "ERROR, sometimes"],
];

interface Scenario {
  readonly name: string;
  readonly about?: string;
}

/** Faults and scenarios that are ready. */
export function Recipes() {
  const [scenarios, setScenarios] = useState<readonly Scenario[]>([]);
  useEffect(() => {
    send<{ scenarios: readonly Scenario[] }>({ method: "GET", path: "/api/scenarios" })
      .then((known) => setScenarios(known.scenarios))
      .catch(() => {});
  }, []);
  return (
    <>
      <section>
        <h2>Recipes</h2>
        <p class="buttons recipes">
          {recipes.map(([fault, hears]) => (
            <Control key={fault} class="recipe" call={faultCall(fault)} title={`The host hears: ${hears}`}>
              {fault}
            </Control>
          ))}
        </p>
      </section>
      <section>
        <h2>Scenarios</h2>
        <p class="buttons recipes scenarios">
          {scenarios.map(({ name, about }) => (
            <Control
              key={name}
              class="recipe"
              call={{ method: "POST", path: "/api/scenarios", body: { name } }}
              title={about}
            >
              {name}
            </Control>
          ))}
        </p>
      </section>
    </>
  );
}
