import { startMcpModule } from "../../net/control/mcp-module.js";
import { serveMcp } from "../../net/control/mcp-server.js";
import packageJson from "../../package.json" with { type: "json" };
import type { Call, Outcome } from "../command.js";
import { readOptions } from "../options.js";

/** `bc28-emu mcp`: serves coding agents by the Model Context Protocol, until they go. */
export async function run({ flags, ending }: Call): Promise<Outcome> {
  const { profile, mappings, faults } = readOptions(flags, { onTerminal: false });
  const { version } = packageJson;
  const server = await serveMcp({
    version,
    warn: (line) => process.stderr.write(`bc28-emu: mcp: ${line}\n`),
    start: (input) => startMcpModule({ version, profile, mappings, faults }, input),
  });
  await Promise.race([server.gone, ending.reached]);
  await server.close();
  return { code: 0 };
}
