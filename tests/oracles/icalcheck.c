/* Holds a calendar file against RFC 5545 as libical knows it.
 *
 *     icalcheck FILE
 *
 * Parses the file, checks the restrictions on each component, and prints every error that libical
 * left in it (X-LIC-ERROR), one a line. Exits 0 without errors, 1 with some, 2 when it cannot be read.
 */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>

static char *read_line(char *buffer, size_t size, void *file)
{
    return fgets(buffer, (int)size, (FILE *)file);
}

static int print_errors(icalcomponent *component)
{
    int errors = 0;
    icalproperty *property = icalcomponent_get_first_property(component, ICAL_XLICERROR_PROPERTY);
    for (; property; property = icalcomponent_get_next_property(component, ICAL_XLICERROR_PROPERTY)) {
        printf("%s: %s\n", icalcomponent_kind_to_string(icalcomponent_isa(component)),
               icalproperty_get_xlicerror(property));
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
