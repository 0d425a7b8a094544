/* A line that libspored gets. */
#include "client/message.h"
#include "target.h"

#include <stdlib.h>
#include <string.h>

static void look_at_value(const SporedMessage *message) {
        uint8_t bytes[16];
        double number;

        for (size_t i = 0; i < spored_message_fields(message); i++) {
                SporedField field = spored_message_field(message, i);

                if (!field.text)
                        abort();
                (void)spored_message_number(message, field.name, &number);
        }
        (void)spored_message_bytes(message, bytes, sizeof(bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        SporedMessage *message = NULL;
        char *line = malloc(size + 1);
        int64_t integer;

        if (!line)
                abort();
        memcpy(line, data, size);
        line[size] = '\0';
        if (spored_message_new(&message, line, size) == 0) {
                (void)spored_message_error(message);
                (void)spored_message_detail(message);
                (void)spored_message_string(message, "event");
                (void)spored_message_integer(message, "number", &integer);
                (void)spored_message_wants_verdict(message);
                look_at_value(message);
        }
        spored_message_free(message);
        free(line);
        return 0;
}
