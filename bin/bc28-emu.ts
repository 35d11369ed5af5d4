#!/usr/bin/env node
import module from "node:module";

// Before anything else is loaded: from the second start on node finds its code compiled (node 22.8 and newer).
(module as { enableCompileCache?(): void }).enableCompileCache?.();
const { main } = await import("./main.js");
await main();
