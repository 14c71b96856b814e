// What a processor does before the `_start` of a program that is alone on an x86-64 machine: this and the program are the
// ROM in place of a BIOS (aead-check.sh puts it together). The processor begins in the last 16 bytes of the ROM, with 16-bit
// addresses; the program wants 64-bit ones, RAM, and the vector registers.

#define ROM_START 0xe0000
#define PROGRAM 0x100000
#define PROGRAM_SIZE 0x1f000
// Three page tables: they map the first GiB to itself.
#define TABLES 0x1000
#define STACK_END 0x90000

    .section .reset, "ax"
    .code16
begin:
    cli
    lgdtl %cs:(descriptors_at - begin + 0xf000)
    movl $1, %eax
    movl %eax, %cr0
    ljmpl $8, $protected

    .code32
protected:
    movw $16, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    cld
    movl $ROM_START, %esi
    movl $PROGRAM, %edi
    movl $PROGRAM_SIZE / 4, %ecx
    rep movsl

    movl $TABLES + 0x1003, TABLES
    movl $TABLES + 0x2003, TABLES + 0x1000
    movl $TABLES + 0x2000, %edi
    movl $0x83, %eax
1:  movl %eax, (%edi)
    addl $0x200000, %eax
    addl $8, %edi
    cmpl $TABLES + 0x3000, %edi
    jb 1b
    movl $TABLES, %eax
    movl %eax, %cr3

    // Long addresses of pages, SSE, XSAVE; long mode; pages; and all vector registers that there are.
    movl $0x40620, %eax
    movl %eax, %cr4
    movl $0xc0000080, %ecx
    rdmsr
    orl $0x100, %eax
    wrmsr
    movl $0x80000003, %eax
    movl %eax, %cr0
    movl $13, %eax
    xorl %ecx, %ecx
    cpuid
    andl $0xe7, %eax
    xorl %ecx, %ecx
    xorl %edx, %edx
    xsetbv

    // As after a call.
    movl $STACK_END - 8, %esp
    ljmpl $24, $_start

    .balign 8
descriptors:
    .quad 0
    .quad 0x00cf9b000000ffff
    .quad 0x00cf93000000ffff
    .quad 0x00af9b000000ffff
descriptors_at:
    .word 31
    .long descriptors

    .org 0xff0
    .code16
    jmp begin
    .org 0x1000
