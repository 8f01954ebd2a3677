/* Runs a command as a container with the usual default seccomp profile would: no pidfd_getfd, no
 * personality but the plain ones, no new namespaces, no performance counters; clone3 looks absent.
 * Usage: container COMMAND ARGS... */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), (yes), (no))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define REFUSE(call) IF((call), 0, 1), RETURN(SECCOMP_RET_ERRNO | EPERM)

int main(int argc, char **argv) {
    struct sock_filter code[] = {
        LOAD(nr),
        REFUSE(SYS_pidfd_getfd),
        REFUSE(SYS_perf_event_open),
        REFUSE(SYS_unshare),
        REFUSE(SYS_setns),
        REFUSE(SYS_userfaultfd),
        IF(SYS_clone3, 0, 1), RETURN(SECCOMP_RET_ERRNO | ENOSYS),
        IF(SYS_personality, 0, 7),
        LOAD(args[0]),
        IF(0x0, 5, 0), IF(0x8, 4, 0), IF(0x20000, 3, 0), IF(0x20008, 2, 0), IF(0xffffffff, 1, 0),
        RETURN(SECCOMP_RET_ERRNO | EPERM),
        RETURN(SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof code[0], code};
    if (argc < 2) return 2;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
        perror("container");
        return 3;
    }
    execvp(argv[1], argv + 1);
    perror(argv[1]);
    return 127;
}
