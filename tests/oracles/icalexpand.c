/* Every occurrence in a calendar file as libical sees it, by the VTIMEZONEs of the file itself.
 *
 *     icalexpand FILE FROM UNTIL
 *
 * FROM and UNTIL are seconds since 1970; an occurrence is in when FROM <= start < UNTIL. Prints one a line: UID, start
 * and end, as such seconds.
 */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>

static long long from, until;

static char *read_line(char *buffer, size_t size, void *file)
{
    return fgets(buffer, (int)size, (FILE *)file);
}

static void print_one(icalcomponent *event, struct icaltime_span *span, void *data)
{
    (void)data;
    if (from <= (long long)span->start && (long long)span->start < until) {
        printf("%s %lld %lld\n", icalcomponent_get_uid(event), (long long)span->start, (long long)span->end);
    }
}

int main(int argc, char **argv)
{
    FILE *file = argc == 4 ? fopen(argv[1], "r") : NULL;
    if (!file) {
        fprintf(stderr, "usage: icalexpand FILE (that can be read) FROM UNTIL\n");
        return 2;
    }
    from = atoll(argv[2]);
    until = atoll(argv[3]);
    icalparser *parser = icalparser_new();
    icalparser_set_gen_data(parser, file);
    icalcomponent *calendar = icalparser_parse(parser, read_line);
    fclose(file);
    icalparser_free(parser);
    if (!calendar) {
        return 2;
    }
    /* A day more on either side: what is in is decided above, in whole seconds. */
    struct icaltimetype first = icaltime_from_timet_with_zone(from - 86400, 0, icaltimezone_get_utc_timezone());
    struct icaltimetype last = icaltime_from_timet_with_zone(until + 86400, 0, icaltimezone_get_utc_timezone());
    icalcomponent *event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
    for (; event; event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
        icalcomponent_foreach_recurrence(event, first, last, print_one, NULL);
    }
    icalcomponent_free(calendar);
    return 0;
}
