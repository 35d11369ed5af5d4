import { main } from "./main.js";

// The start of the single executable (build-executable.js): its code is CommonJS, where no await may stand outside a function.
void main();
