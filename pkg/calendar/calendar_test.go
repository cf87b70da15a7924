package calendar

import (
	"testing"
	"time"
)

func date(t *testing.T, s string) Date {
	t.Helper()
	d, err := Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestDatesKeepTheirText(t *testing.T) {
	for _, s := range []string{"2026-11-20", "2026-11", "~2027-06-03", "~2026-10", "2024-02-29"} {
		if got := date(t, s).String(); got != s {
			t.Errorf("%s became %s", s, got)
		}
	}
}

func TestWhatIsNoDate(t *testing.T) {
	for _, s := range []string{"", "2026", "2026-13-01", "2026-02-29", "2026-11-31", "0000-01-01", "20.11.2026", "2026-1-2", "2026-11-20T00:00:00Z", "~~2026-11-20", "tomorrow"} {
		if d, err := Parse(s); err == nil {
			t.Errorf("%q became %s", s, d)
		}
	}
	for _, s := range []string{"2026-11", "~2026-11-20"} {
		if d, err := ParseDay(s); err == nil {
			t.Errorf("%q became the day %s", s, d)
		}
	}
}

func TestAMonthReachesFromItsFirstToItsLastDay(t *testing.T) {
	for month, want := range map[string][2]string{
		"2026-11":  {"2026-11-01", "2026-11-30"},
		"2026-12":  {"2026-12-01", "2026-12-31"},
		"2024-02":  {"2024-02-01", "2024-02-29"},
		"~2026-02": {"2026-02-01", "2026-02-28"},
	} {
		if got := [2]string{date(t, month).First().String(), date(t, month).Last().String()}; got != want {
			t.Errorf("%s reaches from %s to %s, want %s to %s", month, got[0], got[1], want[0], want[1])
		}
	}
}

func TestDaysBetween(t *testing.T) {
	for _, tc := range []struct {
		from, to string
		days     int
	}{
		{"2026-11-20", "2026-12-02", 12},
		{"2026-11-20", "2026-11-20", 0},
		{"2026-11-20", "2026-10-27", -24},
		{"2026-11-20", "2026-11", 10},
		{"2024-02-28", "2024-03-01", 2},
		{"2026-03-28", "2026-03-30", 2}, // a change of clocks in between
		{"2026-11-20", "~2027-11-20", 365},
	} {
		if got := date(t, tc.to).Minus(date(t, tc.from)); got != tc.days {
			t.Errorf("from %s to %s are %d days, want %d", tc.from, tc.to, got, tc.days)
		}
	}
}

func TestPeriodsEndOnADay(t *testing.T) {
	for _, tc := range []struct{ from, period, want string }{
		{"2026-11-20", "90d", "2027-02-18"},
		{"2026-11-20", "3mo", "2027-02-20"},
		{"2026-11-20", "2w", "2026-12-04"},
		{"2026-11-20", "1y", "2027-11-20"},
		{"2026-11-20", "0d", "2026-11-20"},
		{"2026-11-30", "3mo", "2027-02-28"},
		{"2023-12-31", "2mo", "2024-02-29"},
	} {
		period, err := ParsePeriod(tc.period)
		if err != nil {
			t.Fatal(err)
		}
		if got := period.After(date(t, tc.from)).String(); got != tc.want {
			t.Errorf("%s after %s is %s, want %s", tc.period, tc.from, got, tc.want)
		}
	}
	for _, s := range []string{"", "90", "d", "-3d", "1.5mo", "90 d", "3m", "90days", "99999d"} {
		if p, err := ParsePeriod(s); err == nil {
			t.Errorf("%q became %s", s, p)
		}
	}
}

func TestADayIsADayInUTC(t *testing.T) {
	late := time.Date(2026, 11, 20, 23, 30, 0, 0, time.FixedZone("", -3*3600))
	if got := Of(late).String(); got != "2026-11-21" {
		t.Errorf("got %s", got)
	}
}
