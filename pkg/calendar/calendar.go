// Package calendar holds days as release calendars give them: some to the day,
// some to the month, some not confirmed by the page that should say so.
//
//	2026-12-02    a day
//	2026-11       a month: a beginning on its first day, an end on its last
//	~2027-06-03   not confirmed: worked out from a policy, or told by a third party
//
// All days are days in UTC.
package calendar

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// Date is a day or a month. The zero value is no date. It is written as text in
// JSON and YAML.
type Date struct {
	Year  int
	Month time.Month
	// Day is 0 when only the month is known.
	Day int
	// Unconfirmed dates are written with a leading "~".
	Unconfirmed bool
}

// Of returns the day in UTC of an instant.
func Of(t time.Time) Date {
	year, month, day := t.UTC().Date()
	return Date{Year: year, Month: month, Day: day}
}

var datePattern = regexp.MustCompile(`^(~?)(\d{4})-(\d{2})(?:-(\d{2}))?$`)

// Parse reads a date such as 2026-11-20, 2026-11 or ~2026-11-20.
// It returns an error that quotes s when s is none.
func Parse(s string) (Date, error) {
	m := datePattern.FindStringSubmatch(s)
	if m == nil {
		return Date{}, fmt.Errorf("%q is not a date, want one such as 2026-11-20", s)
	}
	layout, text := time.DateOnly, m[2]+"-"+m[3]
	if m[4] == "" {
		layout = "2006-01"
	} else {
		text += "-" + m[4]
	}
	t, err := time.Parse(layout, text)
	if err != nil || t.Year() == 0 {
		return Date{}, fmt.Errorf("%q is not a date: there is no such day", s)
	}
	d := Of(t)
	d.Unconfirmed = m[1] != ""
	if m[4] == "" {
		d.Day = 0
	}
	return d, nil
}

// ParseDay reads a date that names its day and is confirmed.
func ParseDay(s string) (Date, error) {
	d, err := Parse(s)
	if err == nil && (d.Day == 0 || d.Unconfirmed) {
		err = fmt.Errorf("%q is not a day, want one such as 2026-11-20", s)
	}
	return d, err
}

// IsZero reports whether d is no date.
func (d Date) IsZero() bool { return d == Date{} }

// String is empty for the zero value.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	s := fmt.Sprintf("%04d-%02d", d.Year, d.Month)
	if d.Day > 0 {
		s += fmt.Sprintf("-%02d", d.Day)
	}
	if d.Unconfirmed {
		s = "~" + s
	}
	return s
}

// First is the first day that d can mean.
func (d Date) First() Date {
	d.Unconfirmed = false
	d.Day = max(d.Day, 1)
	return d
}

// Last is the last day that d can mean.
func (d Date) Last() Date {
	if d.Day > 0 || d.IsZero() {
		d.Unconfirmed = false
		return d
	}
	return Of(time.Date(d.Year, d.Month+1, 0, 0, 0, 0, 0, time.UTC))
}

// midnight begins the day.
func (d Date) midnight() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC)
}

// Compare orders days. A month is compared by its last day.
func (d Date) Compare(other Date) int {
	a, b := d.Last(), other.Last()
	return cmp.Or(cmp.Compare(a.Year, b.Year), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Day, b.Day))
}

// Minus is the number of days from other to d, negative when d is earlier. A
// month counts as its last day.
func (d Date) Minus(other Date) int {
	const day = 24 * 60 * 60 // seconds; a time.Duration ends after 292 years
	return int((d.Last().midnight().Unix() - other.Last().midnight().Unix()) / day)
}

// AddMonths returns the same day n months later, or that month's last day when
// it is shorter.
func (d Date) AddMonths(n int) Date {
	month := Of(time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC))
	month.Day, month.Unconfirmed = 0, d.Unconfirmed
	if d.Day == 0 {
		return month
	}
	month.Day = min(d.Day, month.Last().Day)
	return month
}

// AddDays returns the day n days later.
func (d Date) AddDays(n int) Date {
	return Of(d.Last().midnight().AddDate(0, 0, n))
}

// MarshalText implements encoding.TextMarshaler.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Period is a length of time in whole months or days. The zero value is none.
type Period struct {
	Months, Days int
}

var periodPattern = regexp.MustCompile(`^(\d{1,4})(d|w|mo|y)$`)

// ParsePeriod reads 90d, 12w, 3mo or 1y.
func ParsePeriod(s string) (Period, error) {
	m := periodPattern.FindStringSubmatch(s)
	if m == nil {
		return Period{}, fmt.Errorf("%q is not a period, want one such as 90d, 12w, 3mo or 1y", s)
	}
	n, _ := strconv.Atoi(m[1])
	switch m[2] {
	case "d":
		return Period{Days: n}, nil
	case "w":
		return Period{Days: 7 * n}, nil
	case "mo":
		return Period{Months: n}, nil
	default:
		return Period{Months: 12 * n}, nil
	}
}

// After returns the day that lies the period after d.
func (p Period) After(d Date) Date { return d.AddMonths(p.Months).AddDays(p.Days) }

// String is the shortest form that ParsePeriod reads, "0d" for none.
func (p Period) String() string {
	switch {
	case p.Months > 0 && p.Months%12 == 0:
		return fmt.Sprintf("%dy", p.Months/12)
	case p.Months > 0:
		return fmt.Sprintf("%dmo", p.Months)
	default:
		return fmt.Sprintf("%dd", p.Days)
	}
}
