import type { SocketAct, SocketEvent } from "../io.js";
import { Pipe } from "./pipe.js";
import type { Stage } from "./stage.js";

/** A socket of the host with what is on its way. */
export class FaultySocket {
  readonly up: Pipe<SocketAct>;
  readonly down: Pipe<SocketEvent>;
  /** There is no connection behind it: its dial was answered here. */
  isMadeUp = false;

  constructor(stage: Stage, left: (act: SocketAct) => void, arrived: (event: SocketEvent) => void) {
    this.up = new Pipe<SocketAct>(stage, left);
    this.down = new Pipe<SocketEvent>(stage, arrived);
  }

  /** Whether everything passes as it comes. */
  get isIdle(): boolean {
    return !this.isMadeUp && [this.up, this.down].every((pipe) => pipe.isEmpty && !pipe.isBlocked);
  }

  /** Loses everything that is on its way. */
  clear(): void {
    this.up.clear();
    this.down.clear();
  }
}
