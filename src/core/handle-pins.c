#include "core/handle-pins.h"

void handle_pins_init(HandlePins *pins, bool wanted, unsigned tries) {
        *pins = (HandlePins){.wanted = wanted, .tries = tries};
}

void handle_pins_set_tries(HandlePins *pins, unsigned tries) {
        pins->tries = tries;
        /* The next one is the last. */
        if (pins->refused >= tries && !pins->given_up)
                pins->refused = tries - 1;
}

void handle_pins_renew(HandlePins *pins) {
        pins->refused = 0;
        pins->given_up = false;
}

HandlePinsOutcome handle_pins_give_up(HandlePins *pins, bool needed) {
        if (!handle_pins_set(pins))
                return HANDLE_PINS_TRY_AGAIN;
        if (needed)
                return HANDLE_PINS_NEEDED;
        pins->given_up = true;
        return HANDLE_PINS_GIVEN_UP;
}

HandlePinsOutcome handle_pins_refused(HandlePins *pins, bool needed) {
        if (pins->refused == pins->tries)
                return HANDLE_PINS_TRY_AGAIN;
        pins->refused++;
        return pins->refused < pins->tries ? HANDLE_PINS_TRY_AGAIN
                                           : handle_pins_give_up(pins, needed);
}

bool handle_pins_set(const HandlePins *pins) {
        return pins->wanted && !pins->given_up;
}
