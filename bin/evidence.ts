import { resolve } from "node:path";
import type { Millis } from "../mqtt/packet.js";
import type { Counts } from "../net/coverage/counts.js";
import type { Coverage } from "../net/coverage/coverage.js";
import type { Log } from "../net/log.js";
import type { Finding } from "../net/referee/finding.js";
import { Referee, wantedKinds } from "../net/referee/referee.js";
import type { RunResult } from "../net/report/report.js";
import type { ReportFolder } from "../net/report/report-folder.js";
import type { RunningModem } from "../net/start.js";
import type { EventLog } from "../net/trace/event-log.js";
import type { TraceFile } from "../net/trace/trace-file.js";
import { type TraceHeader, traceHeader } from "../net/trace/trace-header.js";
import { UserError, usage } from "../net/user-error.js";
import type { Options } from "./options.js";

/** What a run leaves behind: its trace, its report, what the host has met, and a verdict. */
export interface Evidence {
  /** Begins to watch a module that has been started. */
  watch(modem: RunningModem): Promise<void>;
  /** Ends the findings. Called before the module is ended: what the host cannot do after that is not its error. */
  judge(now: Millis): void;
  /** Writes everything, after the module has ended. Throws a UserError (code 1) that names what cannot be written. */
  close(): Promise<void>;
  /** Removes the files of a run that could not start. */
  discard(): Promise<void>;
  /** What makes the run fail, in lines; known after `close`. */
  readonly failures: readonly string[];
}

/** The options that ask for evidence. */
type Wanted = Pick<Options, "trace" | "report" | "coverage" | "failOn">;

/** Throws a UserError (code 2) where two of the files that a run writes are one: the later one would replace the other. */
async function assertApart({ trace, report, coverage, nvm }: Pick<Options, "trace" | "report" | "coverage" | "nvm">) {
  const files = [["--trace", trace] as const, ["--coverage", coverage] as const, ["--nvm", nvm] as const];
  const taken = new Map<string, string>();
  if (report !== undefined)
    for (const name of (await import("../net/report/report-folder.js")).reportFiles)
      taken.set(resolve(report, name), "--report");
  for (const [flag, path] of files) {
    if (path === undefined) continue;
    const other = taken.get(resolve(path));
    if (other !== undefined)
      throw usage(`${flag} ${JSON.stringify(path)}: ${other} writes a file of this name; give another name`);
    taken.set(resolve(path), flag);
  }
}

/** Whether a run has to keep its events. */
export const wantsEvidence = ({ trace, report, coverage, failOn }: Wanted): boolean =>
  trace !== undefined || report !== undefined || coverage !== undefined || failOn !== undefined;

/**
 * Opens the files of a run, before its module starts. Their code is loaded only where they are wanted.
 * @throws UserError (code 2) that names the first file or folder that cannot be written
 */
export async function openEvidence(options: Options, log: Log): Promise<Evidence | undefined> {
  if (!wantsEvidence(options)) return undefined;
  const evidence = new RunEvidence(options, log);
  try {
    await evidence.open();
    return evidence;
  } catch (error) {
    await evidence.discard();
    throw error;
  }
}

class RunEvidence implements Evidence {
  readonly #options: Options;
  readonly #log: Log;
  readonly #header: TraceHeader;
  #trace: TraceFile | undefined;
  #folder: ReportFolder | undefined;
  /** The trace of the report. */
  #draft: TraceFile | undefined;
  #coverage: (() => Coverage) | undefined;
  #events: EventLog | undefined;
  /** Its findings are those of the whole run; the module's own referee starts again at each `renew`. */
  #referee: Referee | undefined;
  #findings: readonly Finding[] = [];
  failures: readonly string[] = [];

  constructor(options: Options, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#header = traceHeader(options);
  }

  async open(): Promise<void> {
    const { trace, report, coverage } = this.#options;
    await assertApart(this.#options);
    if (coverage !== undefined) (await import("../net/coverage/coverage-file.js")).checkCoverageFile(coverage);
    if (trace !== undefined) this.#trace = await this.#openTrace(trace);
    if (report === undefined) return;
    this.#folder = await (await import("../net/report/report-folder.js")).openReportFolder(report);
    this.#draft = await this.#openTrace(this.#folder.draftOfTrace, `--report ${JSON.stringify(report)}`);
  }

  async #openTrace(path: string, name?: string): Promise<TraceFile> {
    const { openTraceFile } = await import("../net/trace/trace-file.js");
    return openTraceFile(path, this.#header, (line) => this.#log.warn(line), name);
  }

  get #traces(): readonly TraceFile[] {
    return [this.#trace, this.#draft].filter((trace) => trace !== undefined);
  }

  async watch({ events }: RunningModem): Promise<void> {
    this.#events = events;
    const { report, coverage, failOn } = this.#options;
    if (report !== undefined || failOn !== undefined) {
      const referee = new Referee();
      events.readEach(wantedKinds, (event) => referee.take(event));
      this.#referee = referee;
    }
    if (report !== undefined || coverage !== undefined)
      this.#coverage = (await import("../net/coverage/coverage.js")).coverageOf(events);
    for (const trace of this.#traces) {
      for (const event of events.read(0)) trace.write(event);
      events.listen((event) => trace.write(event));
    }
  }

  judge(now: Millis): void {
    this.#events?.record();
    this.#referee?.pass(now);
    this.#findings = this.#referee?.findings ?? [];
  }

  async close(): Promise<void> {
    this.#events?.record();
    for (const trace of this.#traces) await trace.close();
    const { coverage, failOn } = this.#options;
    const counts = this.#coverage?.().counts ?? {};
    const findings = this.#findings;
    if (failOn !== undefined) {
      const { failuresIn, placeOf } = await import("../net/report/report-data.js");
      this.failures = failuresIn(findings, failOn).map(
        (found) => `${found.severity} ${found.rule} ${placeOf(found)}: ${found.text}. ${found.advice}`,
      );
    }
    const problems: unknown[] = [];
    const sum = { runs: 1, counts };
    await this.#addCoverage(coverage, counts).catch((error) => problems.push(error));
    await this.#report({ findings, coverage: sum }).catch((error) => problems.push(error));
    if (problems.length > 1) throw new UserError(problems.map((problem) => (problem as Error).message).join("; "));
    if (problems.length > 0) throw problems[0];
  }

  async #addCoverage(path: string | undefined, counts: Counts): Promise<void> {
    if (path === undefined) return;
    const { addToCoverage } = await import("../net/coverage/coverage-file.js");
    await addToCoverage(path, counts);
  }

  async #report(result: Omit<RunResult, "header">): Promise<void> {
    if (this.#folder === undefined) return;
    if (this.#draft?.isIncomplete) {
      await this.#folder.discard();
      throw new UserError(`--report ${JSON.stringify(this.#options.report)}: it lacks its trace, and is not written`);
    }
    const { writeReport } = await import("../net/report/report.js");
    await writeReport(this.#folder, { header: this.#header, ...result });
  }

  async discard(): Promise<void> {
    for (const trace of this.#traces) await trace.close();
    await this.#folder?.discard();
  }
}
