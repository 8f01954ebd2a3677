# The code of the clock page: what the functions of the vDSO are redirected to.
#
# It is mapped at 0x20000 in every traced process; the layout stands in page.rs. Only one thread of
# a world runs at a time, and it is stopped at system calls only, so nothing needs a lock. Each read
# of a clock takes a microsecond of the process's own time. What the page does not know goes to the
# system call, which is trapped; so does every read once the process's time is past LIMIT, or a
# program that only computes and reads clocks would run for seconds while others wait.
#
# Registers: only those that a C function may change (rax, rcx, rdx, rsi, rdi, r8 to r11).

.intel_syntax noprefix
.set LOCAL, 0x20000
.set LIMIT, 0x20008
.set BASES, 0x20040
.set STEP_NS, 1000
.set SECOND_NS, 1000000000

# rax: the process's time; jumps to `else` when that is past the limit
.macro now_to_rax else
    mov rax, [LOCAL]
    add rax, STEP_NS
    cmp rax, [LIMIT]
    ja \else
    mov [LOCAL], rax
.endm

# rax: nanoseconds -> rax: seconds, rdx: the rest
.macro split
    xor edx, edx
    mov ecx, SECOND_NS
    div rcx
.endm

.globl _start
_start:

# clock_gettime(edi: clock, rsi: timespec)                                  at 0x00
    cmp edi, 11
    ja 1f
    cmp edi, 2
    je 1f
    cmp edi, 3
    je 1f
    test rsi, rsi
    jz 1f
    now_to_rax 1f
    mov edi, edi
    add rax, [rdi * 8 + BASES]
    split
    mov [rsi], rax
    mov [rsi + 8], rdx
    xor eax, eax
    ret
1:  mov eax, 228
    syscall
    ret

# gettimeofday(rdi: timeval or 0, rsi: timezone or 0)                       at 0x80
.org 0x80
    test rsi, rsi
    jz 2f
    mov qword ptr [rsi], 0
2:  test rdi, rdi
    jz 3f
    now_to_rax 4f
    add rax, [BASES]
    split
    mov [rdi], rax
    mov rax, rdx
    xor edx, edx
    mov ecx, 1000
    div rcx
    mov [rdi + 8], rax
3:  xor eax, eax
    ret
4:  mov eax, 96
    syscall
    ret

# time(rdi: where to write it too, or 0)                                    at 0x100
.org 0x100
    now_to_rax 6f
    add rax, [BASES]
    split
    test rdi, rdi
    jz 5f
    mov [rdi], rax
5:  ret
6:  mov eax, 201
    syscall
    ret

# getcpu(rdi: processor or 0, rsi: memory node or 0)                        at 0x160
.org 0x160
    test rdi, rdi
    jz 7f
    mov dword ptr [rdi], 0
7:  test rsi, rsi
    jz 8f
    mov dword ptr [rsi], 0
8:  xor eax, eax
    ret

# clock_getres(edi: clock, rsi: timespec or 0)                              at 0x1a0
.org 0x1a0
    mov eax, 229
    syscall
    ret

# getrandom: says that it does not exist, so that libc makes the call       at 0x1c0
.org 0x1c0
    mov rax, -38
    ret

# the call in rax, which the filter lets pass from here                      at 0x1d0
.org 0x1d0
    syscall
    ret
