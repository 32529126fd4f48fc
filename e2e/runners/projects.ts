import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Small projects of each kind: one test that passes and one that fails. `passing` tests say in which kernel and directory they run. */
const files: Readonly<Record<string, string>> = {
  'go/go.mod': 'module example.org/wrapped\n\ngo 1.19\n',
  'go/a/testdata/in': 'from testdata\n',
  'go/a/a_test.go': `package a

import ("os"; "strings"; "testing")

func TestPasses(t *testing.T) {
	name, _ := os.Hostname()
	if name != os.Getenv("WANTED_HOST") { t.Fatalf("runs on %s", name) }
	data, err := os.ReadFile("testdata/in")
	if err != nil || strings.TrimSpace(string(data)) != "from testdata" { t.Fatal(err, data) }
	Covered()
}
`,
  'go/a/a.go': 'package a\n\nfunc Covered() {}\n',
  'go/b/b_test.go': 'package b\n\nimport "testing"\n\nfunc TestFails(t *testing.T) { t.Error("on purpose") }\n',
  'go/c/c_test.go': 'package c\n\nimport "testing"\n\nfunc TestC(t *testing.T) {}\n',
  'go/d/d_test.go': 'package d\n\nimport "testing"\n\nfunc TestSkips(t *testing.T) { t.Skip("why not") }\n',
  'cargo/Cargo.toml': '[package]\nname = "wrapped"\nversion = "0.1.0"\nedition = "2021"\n',
  'cargo/src/lib.rs': `#[cfg(test)]
mod tests {
    #[test]
    fn passes() { assert_eq!(std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap().trim(), std::env::var("WANTED_HOST").unwrap()); }
    #[test]
    fn fails() { panic!("on purpose"); }
}
`,
  'meson/meson.build': `project('wrapped', 'c')
one = executable('one', 'one.c')
test('passes', one, args: ['0'])
test('fails', one, args: ['3'])
`,
  'meson/one.c': '#include <stdlib.h>\nint main(int c, char **v) { return c > 1 ? atoi(v[1]) : 9; }\n',
  'pytest/test_wrapped.py': `import os, subprocess

def guest(*argv):
    return subprocess.run(["kernelkit", "exec-wrapper", *argv], capture_output=True, text=True, check=True).stdout

def test_passes():
    assert guest("cat", "/proc/sys/kernel/hostname").strip() == os.environ["WANTED_HOST"]

def test_fails():
    guest("sh", "-c", "exit 3")
`,
  'bats/wrapped.bats': `@test "passes" {
  [ "$(cat /proc/sys/kernel/hostname)" = "$WANTED_HOST" ]
}

@test "fails" {
  [ on = purpose ]
}
`,
}

/** Writes the projects below a directory, and a command `kernelkit` into its `bin`. */
export async function writeProjects(directory: string, command: readonly string[]): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  await mkdir(join(directory, 'bin'))
  const stub = join(directory, 'bin/kernelkit')
  await writeFile(stub, `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(' ')} "$@"\n`)
  await chmod(stub, 0o755)
}
