/* Prints the table of keys: section, key, what becomes of a change at a reload, and the default,
 * with tabs between. */
#include "config/keys.h"

#include <stdio.h>

int main(void) {
        size_t n;
        const Key *keys = keys_all(&n);

        for (size_t i = 0; i < n; i++) {
                printf("%s\t%s\t%s", section_kind_name(keys[i].section), keys[i].name,
                        key_reload_name(keys[i].reload));
                if (keys[i].default_text)
                        printf("\t%s", keys[i].default_text);
                putchar('\n');
        }
        return 0;
}
