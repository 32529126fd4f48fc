import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startProgram } from './kernelkit.ts'

// cachestat(2) came with Linux 6.5 and has number 451 on every architecture; on older kernels it is ENOSYS.
const source = `#include <sys/syscall.h>
#include <unistd.h>
#include <errno.h>
#include <stdio.h>
struct range { unsigned long long off, len; };
struct counts { unsigned long long n[5]; };
int main(void)
{
	struct range range = { 0, 0 };
	struct counts counts;
	if (syscall(451, 0, &range, &counts, 0) == 0 || errno != ENOSYS)
		return 0;
	perror("cachestat");
	return 1;
}
`

/** A static program \`cachestat\` in the directory, which needs a kernel of 6.5 or later. */
export async function makeCachestat(directory: string): Promise<void> {
  await writeFile(join(directory, 'cachestat.c'), source)
  const { exitCode, stderr } = await startProgram(['gcc', '-static', '-o', 'cachestat', 'cachestat.c'], { cwd: directory }).result
  if (exitCode !== 0) throw new Error(stderr)
}
