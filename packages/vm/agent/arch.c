/* Start of a program, system calls and the return from signals: the instructions that C cannot express. */
#include "sys.h"

#if defined(__x86_64__)
__asm__(".text\n.globl _start\n_start:\n\txor %ebp,%ebp\n\tmov %rsp,%rdi\n\tand $-16,%rsp\n\tcall start_c\n"
	".globl sigreturn_stub\nsigreturn_stub:\n\tmov $15,%eax\n\tsyscall\n");

long sys_call(long number, long a, long b, long c, long d, long e)
{
	long answer;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	__asm__ volatile("syscall" : "=a"(answer) : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8) : "rcx", "r11", "memory");
	return answer;
}
#elif defined(__i386__)
__asm__(".text\n.globl _start\n_start:\n\txor %ebp,%ebp\n\tmov %esp,%eax\n\tand $-16,%esp\n\tsub $12,%esp\n\tpush %eax\n\tcall start_c\n"
	".globl sigreturn_stub\nsigreturn_stub:\n\tmov $173,%eax\n\tint $0x80\n");

long sys_call(long number, long a, long b, long c, long d, long e)
{
	long answer;
	__asm__ volatile("int $0x80" : "=a"(answer) : "a"(number), "b"(a), "c"(b), "d"(c), "S"(d), "D"(e) : "memory");
	return answer;
}
#else
#error "no start, system call and signal return for this architecture"
#endif
