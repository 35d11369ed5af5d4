import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { factoryNvm, type Nvm } from "../../../emulator/memory/nvm.js";
import { openNvmFile } from "../../../net/storage/nvm-file.js";
import { UserError } from "../../../net/user-error.js";
import { asOrdinaryUser } from "../ordinary-user.js";

let folder = "";
let path = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bc28-emu-nvm-"));
  path = join(folder, "module.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

const withMode = (qregswt: Nvm["qregswt"]): Nvm => ({ ...factoryNvm, qregswt });

/** The message with which a file is refused; `none` if it is not. */
function refusal(file = path): string {
  try {
    openNvmFile(file);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ code: 2 });
    return (error as UserError).message;
  }
  return "none";
}

async function stored(nvm: Nvm, file = path): Promise<void> {
  const store = openNvmFile(file, (line) => expect.fail(line));
  store.save(nvm);
  await store.flush();
}

describe("a file that does not exist", () => {
  test("starts as from the factory, and is made at the first change", async () => {
    const store = openNvmFile(path);
    expect(store.nvm).toEqual(factoryNvm);
    await store.flush();
    expect(readdirSync(folder)).toEqual([]);
    store.save(withMode(2));
    await store.flush();
    expect(readdirSync(folder)).toEqual(["module.json"]);
    expect(openNvmFile(path).nvm).toEqual(withMode(2));
  });

  test("and cannot be made is refused at once", () => {
    expect(refusal(join(folder, "no", "x.json"))).toBe(
      `NVM file ${folder}/no/x.json: it cannot be made: there is no such directory`,
    );
    expect(refusal(`${path}/`)).toContain("it is not a file");
    expect(refusal("")).toContain("its name is empty");
  });
});

const damaged: readonly (readonly [what: string, content: string | Buffer, why: string])[] = [
  ["empty", "", "it is empty"],
  ["cut off", '{\n  "version": 1,\n  "nconf', "it is not JSON: line 3, column "],
  ["not JSON", "hello", "it is not JSON: "],
  ["not JSON on line 2", '{ "version": 1,\n"bands" 8 }', "it is not JSON: line 2, column 9: "],
  ["binary", Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), "it is not UTF-8"],
  ["zeros", Buffer.alloc(4096), "it is not JSON"],
  ["too long", `{"version":1}${" ".repeat(65_536)}`, "it is longer than 65536 bytes"],
  ["another JSON", "[]", "the whole of it: a list is not an object"],
  ["of another version", '{"version":9}', "version: 9 is not 1"],
  ["out of range", '{"version":1,"qregswt":7}', "qregswt: 7 is none of: 0, 1, 2"],
];

describe("a damaged file", () => {
  test.each(damaged)("(%s) is refused with its name and the reason, and stays", (_, content, why) => {
    writeFileSync(path, content);
    const message = refusal();
    expect(message).toContain(`NVM file ${path}: ${why}`);
    expect(message).not.toMatch(/\n/);
    expect(readFileSync(path)).toEqual(Buffer.from(content));
    expect(readdirSync(folder)).toEqual(["module.json"]);
  });

  test("something else than a file is refused, too", () => {
    expect(refusal(folder)).toContain("it is not a file");
    writeFileSync(path, "{}");
    expect(refusal(join(path, "x"))).toContain("a part of its path is not a directory");
    symlinkSync("loop", join(folder, "loop"));
    expect(refusal(join(folder, "loop"))).toContain("too many symlinks");
  });

  test("so is a file without permission to read", async () => {
    writeFileSync(path, "{}", { mode: 0 });
    expect(await asOrdinaryUser(refusal)).toContain("permission denied");
  });
});

describe("storing", () => {
  test("a byte-order mark and other white space are accepted", () => {
    writeFileSync(path, '\ufeff{"version" : 1, "qregswt" : 2}\r\n');
    expect(openNvmFile(path).nvm).toEqual(withMode(2));
  });

  test("the last of many states is stored, and the file is always whole", async () => {
    const store = openNvmFile(path);
    for (let round = 0; round < 40; round += 1) {
      for (const mode of [0, 1, 2, 0, 1] as const) store.save(withMode(mode));
      await new Promise((resolve) => setTimeout(resolve, round % 3));
      if (existsSync(path)) JSON.parse(readFileSync(path, "utf8"));
    }
    store.save(withMode(2));
    await store.flush();
    expect(openNvmFile(path).nvm).toEqual(withMode(2));
    expect(readdirSync(folder)).toEqual(["module.json"]);
  });

  test("replaces the file: a program that has the old one open still has all of it", async () => {
    await stored(withMode(0));
    const before = statSync(path);
    await stored(withMode(2));
    expect(statSync(path).ino).not.toBe(before.ino);
  });

  test("a temporary file of a killed run changes nothing", async () => {
    await stored(withMode(2));
    writeFileSync(join(folder, ".module.json.0.tmp"), '{"vers');
    expect(openNvmFile(path).nvm).toEqual(withMode(2));
    await stored(withMode(0));
    expect(openNvmFile(path).nvm).toEqual(withMode(0));
  });

  test("keeps the mode", async () => {
    await stored(withMode(0));
    chmodSync(path, 0o640);
    await stored(withMode(2));
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  test("follows a symlink, also to a file that does not exist yet", async () => {
    mkdirSync(join(folder, "real"));
    symlinkSync("real/module.json", path);
    await stored(withMode(2));
    expect(readlinkSync(path)).toBe("real/module.json");
    expect(readdirSync(join(folder, "real"))).toEqual(["module.json"]);
    expect(openNvmFile(path).nvm).toEqual(withMode(2));
    await stored(withMode(0));
    expect(readlinkSync(path)).toBe("real/module.json");
    expect(readdirSync(folder).sort()).toEqual(["module.json", "real"]);
  });

  test("two stores of one file: the last change is stored, and the file is whole", async () => {
    const [one, other] = [openNvmFile(path), openNvmFile(path)];
    one.save(withMode(0));
    other.save(withMode(2));
    await Promise.all([one.flush(), other.flush()]);
    expect([withMode(0), withMode(2)]).toContainEqual(openNvmFile(path).nvm);
    expect(readdirSync(folder)).toEqual(["module.json"]);
  });

  test("a failure is reported in one line, and the next change is stored again", async () => {
    const warnings: string[] = [];
    const store = openNvmFile(path, (line) => warnings.push(line));
    renameSync(folder, `${folder}-away`);
    store.save(withMode(0));
    await store.flush();
    renameSync(`${folder}-away`, folder);
    expect(warnings).toEqual([`nvm! ${path} could not be written: there is no such directory`]);
    store.save(withMode(2));
    await store.flush();
    expect(warnings).toHaveLength(1);
    expect(openNvmFile(path).nvm).toEqual(withMode(2));
  });

  test("where the file cannot be replaced, nothing else is left", async () => {
    const warnings: string[] = [];
    const store = openNvmFile(path, (line) => warnings.push(line));
    mkdirSync(path);
    store.save(withMode(0));
    await store.flush();
    expect(warnings).toHaveLength(1);
    expect(readdirSync(folder)).toEqual(["module.json"]);
  });
});
