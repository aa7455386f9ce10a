/* Holds a calendar file against RFC 5545 as libical knows it.
 *
 *     icalcheck FILE
 *
 * Parses the file, checks the restrictions on each component, and prints every error that libical
 * left in it (X-LIC-ERROR), one a line. libical asks for UID and DTSTAMP only where there is a METHOD:
 * in a feed, which has none, it does not notice when they are missing.
 * Exits 0 without errors, 1 with some, 2 when the file cannot be read.
 */
#include <libical/ical.h>
#include <stdio.h>
#include <string.h>

static char *read_line(char *buffer, size_t size, void *file)
{
    return fgets(buffer, (int)size, (FILE *)file);
}

static int print_errors(icalcomponent *component)
{
    int errors = 0;
    const char *last = "";
    icalproperty *property = icalcomponent_get_first_property(component, ICAL_XLICERROR_PROPERTY);
    for (; property; property = icalcomponent_get_next_property(component, ICAL_XLICERROR_PROPERTY)) {
        const char *error = icalproperty_get_xlicerror(property);
        /* The same breach is noted once for each row of libical's table: once is enough to read. */
        if (strcmp(error, last) != 0) {
            printf("%s: %s\n", icalcomponent_kind_to_string(icalcomponent_isa(component)), error);
        }
        last = error;
        errors++;
    }
    icalcomponent *inner = icalcomponent_get_first_component(component, ICAL_ANY_COMPONENT);
    for (; inner; inner = icalcomponent_get_next_component(component, ICAL_ANY_COMPONENT)) {
        errors += print_errors(inner);
    }
    return errors;
}

int main(int argc, char **argv)
{
    FILE *file = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!file) {
        fprintf(stderr, "usage: icalcheck FILE (that can be read)\n");
        return 2;
    }
    /* A broken file is what we look for: say so, do not abort. */
    icalerror_set_errors_are_fatal(0);
    icalparser *parser = icalparser_new();
    icalparser_set_gen_data(parser, file);
    icalcomponent *calendar = icalparser_parse(parser, read_line);
    fclose(file);
    if (!calendar || icalcomponent_isa(calendar) != ICAL_VCALENDAR_COMPONENT) {
        printf("not one VCALENDAR\n");
        return 1;
    }
    int valid = icalrestriction_check(calendar);
    int errors = print_errors(calendar);
    if (!valid && !errors) {
        printf("VCALENDAR: a restriction is not met\n");
        errors = 1;
    }
    icalcomponent_free(calendar);
    icalparser_free(parser);
    return errors ? 1 : 0;
}
