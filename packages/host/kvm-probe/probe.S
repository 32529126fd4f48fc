/*
 * The KVM probe guest: a 64 KiB ROM that does in a moment what every Linux kernel does early in
 * ring 0, and says so through QEMU's isa-debug-exit device. A KVM that emulates ring 0 in software
 * opens like any other, but stops here (or is far too slow).
 *
 * x86 starts at 0xfffffff0, the last 16 bytes of this ROM, in real mode (Intel SDM vol. 3, 10.1.4).
 * tools/assemble-kvm-probe.ts assembles it:
 *   (nothing)  64-bit guest: int3, lock cmpxchg16b, a ring-0 loop
 *   -DBITS32   32-bit guest for qemu-system-i386: int3, lock cmpxchg8b, the loop
 *   -DPLAIN    64-bit guest that leaves all three out, for the test of the success path
 */
#define ROM_BASE      0xffff0000
#define EXIT_PORT     0xf4              /* isa-debug-exit,iobase=0xf4 */
#define EXIT_PASSED   0x2a              /* QEMU ends with (0x2a << 1) | 1 = 85 */
#define EXIT_FAILED   0x10              /* QEMU ends with 33 */
#define LOOP_STEPS    2000000           /* milliseconds under real KVM and TCG, seconds where ring 0 is emulated */

#define SEL_CODE32    8
#define SEL_DATA      16
#define SEL_CODE64    24

/* Scratch memory of the guest, which has 16 MiB. */
#define PML4          0x1000
#define PDPT          0x2000
#define PD_LOW        0x3000
#define PD_HIGH       0x4000
#define TABLE_WORDS   0x1000            /* four tables of 4 KiB, in 32-bit words */
#define IDT           0x6000
#define IDT_POINTER   0x7000
#define OPERAND       0x8000
#define STACK_TOP     0x10000

#define ADDRESS(label) (ROM_BASE + (label - rom))

        .section .text
        .code16
rom:
        cli
        cs lgdtl (gdt_pointer - rom)
        movl    %cr0, %eax
        orl     $1, %eax                /* CR0.PE */
        movl    %eax, %cr0
        ljmpl   $SEL_CODE32, $ADDRESS(protected_mode)

        .code32
protected_mode:
        movl    $SEL_DATA, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %ss
        movl    $STACK_TOP, %esp
        xorl    %ebp, %ebp              /* breakpoints taken */

#ifdef BITS32
        /* A 32-bit interrupt gate for vector 3 (SDM vol. 3, 7.11). */
        movl    $ADDRESS(on_breakpoint), %eax
        movw    %ax, IDT + 3 * 8
        movw    $SEL_CODE32, IDT + 3 * 8 + 2
        movw    $0x8e00, IDT + 3 * 8 + 4
        shrl    $16, %eax
        movw    %ax, IDT + 3 * 8 + 6
        movw    $(4 * 8 - 1), IDT_POINTER
        movl    $IDT, IDT_POINTER + 2
        lidtl   IDT_POINTER
        int3
        cmpl    $1, %ebp
        jne     failed
        xorl    %eax, %eax
        xorl    %edx, %edx
        xorl    %ecx, %ecx
        movl    $7, %ebx
        movl    %eax, OPERAND
        movl    %eax, OPERAND + 4
        lock cmpxchg8b OPERAND
        jne     failed
#else
        /* Page tables: the low 2 MiB (scratch) and the top 2 MiB of the first 4 GiB (this ROM). */
        movl    $PML4, %edi
        xorl    %eax, %eax
        movl    $TABLE_WORDS, %ecx
        cld
        rep stosl
        movl    $(PDPT | 3), PML4
        movl    $(PD_LOW | 3), PDPT
        movl    $(PD_HIGH | 3), PDPT + 3 * 8
        movl    $0x83, PD_LOW           /* present, writable, 2 MiB page */
        movl    $0xffe00083, PD_HIGH + 511 * 8
        movl    %cr4, %eax
        orl     $0x20, %eax             /* CR4.PAE */
        movl    %eax, %cr4
        movl    $PML4, %eax
        movl    %eax, %cr3
        movl    $0xc0000080, %ecx       /* MSR EFER */
        rdmsr
        orl     $0x100, %eax            /* EFER.LME */
        wrmsr
        movl    %cr0, %eax
        orl     $0x80000000, %eax       /* CR0.PG */
        movl    %eax, %cr0
        ljmpl   $SEL_CODE64, $ADDRESS(long_mode)

        .code64
long_mode:
        movl    $SEL_DATA, %eax
        movl    %eax, %ss
#ifndef PLAIN
        /* A 64-bit interrupt gate for vector 3 (SDM vol. 3, 7.14.1). */
        leaq    on_breakpoint(%rip), %rax
        movl    $IDT, %edi
        movw    %ax, 3 * 16(%rdi)
        movw    $SEL_CODE64, 3 * 16 + 2(%rdi)
        movw    $0x8e00, 3 * 16 + 4(%rdi)
        shrq    $16, %rax
        movw    %ax, 3 * 16 + 6(%rdi)
        shrq    $16, %rax
        movl    %eax, 3 * 16 + 8(%rdi)
        movl    $0, 3 * 16 + 12(%rdi)
        movl    $IDT_POINTER, %esi
        movw    $(4 * 16 - 1), (%rsi)
        movq    %rdi, 2(%rsi)
        lidt    (%rsi)
        int3
        cmpl    $1, %ebp
        jne     failed
        xorl    %eax, %eax
        xorl    %edx, %edx
        xorl    %ecx, %ecx
        movl    $7, %ebx
        movl    $OPERAND, %edi
        movq    %rax, (%rdi)
        movq    %rax, 8(%rdi)
        lock cmpxchg16b (%rdi)
        jne     failed
#endif
#endif

#ifndef PLAIN
        movl    $LOOP_STEPS, %ecx
1:      decl    %ecx
        jnz     1b
#endif
        movb    $EXIT_PASSED, %al
        jmp     leave
failed:
        movb    $EXIT_FAILED, %al
leave:
        outb    %al, $EXIT_PORT
2:      hlt
        jmp     2b

on_breakpoint:
        incl    %ebp
#ifdef BITS32
        iretl
#else
        iretq
#endif

        .balign 8
gdt:
        .quad   0
        .quad   0x00cf9b000000ffff      /* SEL_CODE32: flat, execute and read */
        .quad   0x00cf93000000ffff      /* SEL_DATA: flat, read and write */
        .quad   0x00af9b000000ffff      /* SEL_CODE64 */
gdt_pointer:
        .word   gdt_pointer - gdt - 1
        .long   ADDRESS(gdt)
rom_end:

        /* The reset vector: a near jump back to the start of the ROM. */
        .org    0xfff0
        .code16
        .byte   0xe9
        .word   (rom - .) - 2
        .org    0x10000
