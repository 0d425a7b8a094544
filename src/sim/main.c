/* sporesim: BlueZ and its centrals, simulated. Everything is put together here. */
#include "config/config.h"
#include "sim/bluetoothd/bluez.h"
#include "sim/central/centrals.h"
#include "sim/child.h"
#include "sim/event.h"
#include "sim/inputs.h"
#include "sim/options.h"
#include "sim/private-bus.h"
#include "sim/process.h"
#include "util/cleanup.h"
#include "util/clock.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <sysexits.h>

#define COMMAND_NOT_FOUND 127 /* as a shell's */
#define COMMAND_NOT_RUN   126

#define DELIVERY_MSEC 10000
/* What a second signal is at the least behind the first, to be one of its own. */
#define SIGNALS_APART_USEC USEC_PER_SEC

typedef struct Simulation {
        Options options;
        struct ev_loop *loop;
        Config *config;  /* owned; NULL: no profile */
        PrivateBus *bus; /* owned; NULL: a bus that was there */
        GattServer *server;
        Bluez *bluez;
        Air air;
        Centrals *centrals;
        Script *script;
        int script_fd; /* until the script has it */
        int output_fd; /* negative: it was closed */
        int signal_fd;
        pid_t child;        /* 0: none, or it has ended */
        uint64_t told_usec; /* when the child was told to end; 0: it was not */
        int status;
        bool ending;
        bool cut_short;    /* a signal ends it: what nobody reads now is not told */
        int output_status; /* of what could not be told; 0: nothing */
        bool crowded;      /* lines of the script wait until what was told is read */
        struct ev_child child_ended, bus_ended;
        struct ev_io signals, output;
        struct ev_prepare turn;
} Simulation;

/* Two reasons that come together are one: many a program ends at once at a second signal. */
static void tell_child(Simulation *s, bool again) {
        uint64_t now_usec = clock_now_usec();

        if (s->child <= 0)
                return;
        if (s->told_usec > 0 && (!again || now_usec - s->told_usec < SIGNALS_APART_USEC))
                return;
        s->told_usec = now_usec;
        (void)kill(s->child, SIGTERM);
}

/* The child ends first: it would hear of our end once more. */
static void finish(Simulation *s, int status) {
        if (!s->ending)
                s->status = status;
        s->ending = true;
        tell_child(s, false);
        if (s->child <= 0)
                ev_break(s->loop, EVBREAK_ALL);
}

/* It has the last word about the status. */
static void end_child(Simulation *s, bool by_signal) {
        tell_child(s, by_signal);
        if (s->child <= 0)
                finish(s, EXIT_SUCCESS);
}

static void on_signal(struct ev_loop *loop, struct ev_io *w, int revents) {
        Simulation *s = w->data;
        struct signalfd_siginfo info;

        while (read(s->signal_fd, &info, sizeof(info)) == sizeof(info))
                s->cut_short = true;
        end_child(s, true);
}

static void on_child_ended(struct ev_loop *loop, struct ev_child *w, int revents) {
        Simulation *s = w->data;

        s->child = 0;
        finish(s, child_exit_status(w->rstatus));
}

/* Nobody listens any more: that is the end, and no failure of ours if the reader has gone. */
static void lose_output(Simulation *s, int error) {
        event_close();
        if (error == -EPIPE)
                return;
        fprintf(stderr, "sporesim: cannot write to the standard output: %s\n", strerror(-error));
        s->output_status = EX_IOERR;
}

/* Before the loop waits: tells what can be told, and waits for room for the rest. */
static void on_turn(struct ev_loop *loop, struct ev_prepare *w, int revents) {
        Simulation *s = w->data;
        int r = event_write();

        if (r < 0) {
                ev_io_stop(loop, &s->output);
                lose_output(s, r);
                end_child(s, false);
        } else if (!event_is_waiting()) {
                ev_io_stop(loop, &s->output);
        } else if (!ev_is_active(&s->output)) {
                ev_io_set(&s->output, event_fd(), EV_WRITE);
                ev_io_start(loop, &s->output);
        }
        if (s->crowded && !event_is_crowded() && s->script)
                script_go_on(s->script);
        s->crowded = event_is_crowded();
}

/* It is on_turn() that writes. */
static void on_writable(struct ev_loop *loop, struct ev_io *w, int revents) {
}

static int script_other(Step *step, size_t n, char **words, void *userdata) {
        Simulation *s = userdata;

        return centrals_command(s->centrals, step, n, words);
}

/* Somebody writes the commands as it goes, and hears what becomes of each. */
static bool is_driven(const Simulation *s) {
        return !s->options.command && s->options.script && strcmp(s->options.script, "-") == 0;
}

static void script_ended(void *userdata) {
        Simulation *s = userdata;
        bool wrong = script_is_wrong(s->script) && !is_driven(s);

        if (wrong || !s->options.command)
                finish(s, wrong ? EXIT_FAILURE : EXIT_SUCCESS);
}

static int command_end(void *userdata, Step *step, size_t n, char **words) {
        Simulation *s = userdata;

        finish(s, script_is_wrong(s->script) && !is_driven(s) ? EXIT_FAILURE : EXIT_SUCCESS);
        return 0;
}

static const Command program_commands[] = {
        {"end", 0, 0, "end", command_end},
        {},
};

static void bluez_on_heard(void *userdata) {
        Simulation *s = userdata;

        if (s->centrals)
                centrals_heard(s->centrals);
}

static void bluez_on_links_cut(uint8_t reason, void *userdata) {
        Simulation *s = userdata;

        if (s->centrals)
                centrals_cut(s->centrals, reason);
}

static void bluez_on_link_cut(const char *address, uint8_t reason, void *userdata) {
        Simulation *s = userdata;

        if (s->centrals)
                centrals_cut_one(s->centrals, address, reason);
}

/* The event tells it to whoever drives. */
static void bluez_on_lost(void *userdata) {
        Simulation *s = userdata;

        if (!s->ending && !is_driven(s))
                fprintf(stderr, "sporesim: the bus has ended\n");
        finish(s, is_driven(s) ? EXIT_SUCCESS : EXIT_FAILURE);
}

static void on_bus_ended(struct ev_loop *loop, struct ev_child *w, int revents) {
        bluez_on_lost(w->data);
}

static const ScriptEvents script_events = {.other = script_other, .ended = script_ended};
static const BluezEvents bluez_events = {.heard = bluez_on_heard,
        .links_cut = bluez_on_links_cut,
        .link_cut = bluez_on_link_cut,
        .lost = bluez_on_lost};

static int load_profile(Simulation *s) {
        return inputs_load_profile(&s->config, &s->options);
}

static int open_script(Simulation *s) {
        return inputs_open_script(&s->script_fd, &s->options);
}

static int open_signals(Simulation *s) {
        return process_open_signals(&s->signal_fd) < 0 ? -EX_OSERR : 0;
}

static int open_bus(Simulation *s) {
        if (s->options.bus)
                return 0;
        if (private_bus_new(&s->bus) < 0)
                return -EXIT_FAILURE;
        s->options.bus = private_bus_address(s->bus);
        return 0;
}

/* Not before the bus, whose processes would keep it open. */
static int open_output(Simulation *s) {
        if (event_open(s->output_fd) < 0)
                return -EX_OSERR;
        if (s->bus)
                event("bus", "address", s->options.bus);
        return 0;
}

static int open_loop(Simulation *s) {
        s->loop = ev_default_loop(EVFLAG_AUTO);
        if (!s->loop) {
                fprintf(stderr, "sporesim: libev cannot start\n");
                return -EX_OSERR;
        }
        ev_io_init(&s->signals, on_signal, s->signal_fd, EV_READ);
        ev_child_init(&s->child_ended, on_child_ended, 0, 0);
        ev_child_init(&s->bus_ended, on_bus_ended, s->bus ? private_bus_pid(s->bus) : 0, 0);
        ev_prepare_init(&s->turn, on_turn);
        ev_init(&s->output, on_writable);
        s->signals.data = s->output.data = s->child_ended.data = s->bus_ended.data = s->turn.data =
                s;
        ev_io_start(s->loop, &s->signals);
        ev_prepare_start(s->loop, &s->turn);
        if (s->bus)
                ev_child_start(s->loop, &s->bus_ended);
        return 0;
}

static int make_bluez(Simulation *s) {
        const BluezBehaviour *behaviour = bluez_behaviour_find(s->options.bluez);

        int r = gatt_server_new(&s->server, s->loop, behaviour);
        if (r >= 0)
                r = bluez_new(&s->bluez, s->loop,
                        &(BluezParameters){.bus_address = s->options.bus,
                                .behaviour = behaviour,
                                .server = s->server,
                                .bare = s->options.bare},
                        &bluez_events, s);
        if (r == -EINVAL) {
                fprintf(stderr, "sporesim: --bus: \"%s\" is no D-Bus address\n", s->options.bus);
                return -EX_USAGE;
        }
        if (r < 0)
                fprintf(stderr, "sporesim: the bus at %s: %s\n", s->options.bus,
                        r == -EEXIST ? "org.bluez has an owner already" : strerror(-r));
        return r < 0 ? -EXIT_FAILURE : 0;
}

static int make_script(Simulation *s) {
        ScriptParameters parameters = {.name = s->options.script,
                .fd = s->script_fd,
                .text = "phone tour\n",
                .talk = s->script_fd == STDIN_FILENO};

        int r = script_new(&s->script, s->loop, &parameters, &script_events, s);
        if (r < 0)
                return -EX_OSERR;
        s->script_fd = -1;
        script_add_commands(s->script, program_commands, s);
        script_add_commands(s->script, bluez_commands, s->bluez);
        return 0;
}

static int make_centrals(Simulation *s) {
        s->air = (Air){.loop = s->loop,
                .bluez = s->bluez,
                .server = s->server,
                .profile = s->config ? config_profile(s->config) : NULL};
        return centrals_new(&s->centrals, &s->air) < 0 ? -EX_OSERR : 0;
}

static int start_child(Simulation *s) {
        char *const *command = s->options.command;

        if (!command)
                return 0;
        /* From a terminal only the process group in front can read, and that is ours. */
        bool has_input = !isatty(STDIN_FILENO) &&
                         (!s->options.script || strcmp(s->options.script, "-") != 0);
        pid_t pid = child_start(command, s->options.bus, has_input);
        if (pid < 0) {
                fprintf(stderr, "sporesim: cannot run %s: %s\n", command[0], strerror(-pid));
                return pid == -ENOENT ? -COMMAND_NOT_FOUND : -COMMAND_NOT_RUN;
        }
        s->child = pid;
        ev_child_set(&s->child_ended, pid, 0);
        ev_child_start(s->loop, &s->child_ended);
        return 0;
}

/* 0, or a negative exit status. */
static int start(Simulation *s) {
        int (*const steps[])(Simulation *) = {load_profile, open_script, open_signals, open_bus,
                open_output, open_loop, make_bluez, make_centrals, make_script, start_child};
        int r = 0;

        event_set_trace(s->options.trace);
        for (size_t i = 0; i < ELEMENTS(steps) && r == 0; i++)
                r = steps[i](s);
        return r;
}

/* What was told is still delivered, as far as somebody takes it. */
static void deliver(Simulation *s) {
        int r = s->cut_short ? event_write() : event_drain(s->signal_fd, DELIVERY_MSEC);

        if (r < 0)
                lose_output(s, r);
        event_close();
}

static void simulation_done(Simulation *s) {
        s->centrals = centrals_free(s->centrals);
        s->script = script_free(s->script);
        s->bluez = bluez_free(s->bluez);
        s->server = gatt_server_free(s->server);
        deliver(s);
        s->bus = private_bus_free(s->bus);
        s->config = config_free(s->config);
        if (s->script_fd > STDIN_FILENO)
                (void)close(s->script_fd);
        if (s->signal_fd >= 0)
                (void)close(s->signal_fd);
        if (s->loop)
                ev_loop_destroy(s->loop);
        options_done(&s->options);
}

/* Something is wrong with what would else be a success. */
static int final_status(const Simulation *s) {
        if (s->status == EXIT_SUCCESS && s->options.command && s->script &&
                script_is_wrong(s->script))
                return EXIT_FAILURE;
        return s->status;
}

int main(int argc, char **argv) {
        Simulation s = {.script_fd = -1, .signal_fd = -1};

        if (process_keep_standard_fds(&s.output_fd) < 0) {
                fprintf(stderr, "sporesim: %m\n");
                return EX_OSERR;
        }
        int r = options_parse(&s.options, argc, argv);
        if (r == 0)
                r = start(&s);
        else if (r > 0 && fflush(stdout) != 0)
                lose_output(&s, -errno);
        if (r < 0)
                s.status = -r;
        else if (r == 0)
                (void)ev_run(s.loop, 0);
        s.status = final_status(&s);
        simulation_done(&s);
        return s.output_status ? s.output_status : s.status;
}
