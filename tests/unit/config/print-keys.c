/* Prints the table of keys: section, key and default, with tabs between. */
#include "config/keys.h"

#include <stdio.h>

int main(void) {
        size_t n;
        const Key *keys = keys_all(&n);

        for (size_t i = 0; i < n; i++) {
                printf("%s\t%s", section_kind_name(keys[i].section), keys[i].name);
                if (keys[i].default_text)
                        printf("\t%s", keys[i].default_text);
                putchar('\n');
        }
        return 0;
}
