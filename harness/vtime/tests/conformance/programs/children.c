/* Children: their ends are told, and they run other programs. */
#include "observe.h"

extern char **environ;
static volatile int told;
static void on_child(int _) { told++; }

static int child(int ms, int code) {
    int id = fork();
    if (id == 0) {
        sleep_ms(ms);
        _exit(code);
    }
    return id;
}

int main(void) {
    struct sigaction action = {.sa_handler = on_child, .sa_flags = SA_RESTART};
    int status;
    int first = child(30, 1), second = child(20, 2);
    printf("children %d %d\n", first - getpid(), second - getpid());
    TOOK("not yet", waitpid(first, &status, WNOHANG));
    TOOK("the first", waitpid(first, &status, 0) == first);
    printf("code %d\n", WEXITSTATUS(status));
    TOOK("any", waitpid(-1, &status, 0) == second);
    printf("code %d\n", WEXITSTATUS(status));
    TOOK("none", waitpid(-1, &status, 0));
    sigaction(SIGCHLD, &action, NULL);
    child(25, 0);
    struct timespec t = {1, 0};
    TOOK("sleep until SIGCHLD", nanosleep(&t, NULL));
    printf("told %d, reaped %d\n", told, waitpid(-1, NULL, WNOHANG) > 0);
    int victim = child(100000, 0);
    sleep_ms(10);
    printf("kill %d\n", kill(victim, SIGKILL));
    TOOK("killed", waitpid(victim, &status, 0) == victim);
    int gone = kill(victim, 0);
    printf("signal %d, gone %d %s\n", WTERMSIG(status), gone, error_name(errno));
    TOOK("system", WEXITSTATUS(system("sleep 0.2; echo from a shell; exit 5")));
    char *words[] = {"sh", "-c", "echo pid $$ of $PPID; sleep 0.1", NULL};
    int spawned;
    posix_spawn(&spawned, "/bin/sh", NULL, NULL, words, environ);
    siginfo_t info;
    TOOK("spawned", waitid(P_PID, spawned, &info, WEXITED));
    printf("waitid %d %d %d\n", info.si_pid == spawned, info.si_code, info.si_status);
    if (fork() == 0) {
        if (fork() == 0) {
            sleep_ms(5);
            printf("orphan of %d\n", getppid());
            _exit(0);
        }
        _exit(0);
    }
    wait(NULL);
    sleep_ms(20);
    return 0;
}
