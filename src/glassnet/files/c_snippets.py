"""The functions that a C export is written with: each on its own, as text, by its name.

``@`` stands for the model's name and an underscore, ``REAL`` for the type of the weights. Only
those that a model needs go into its file.
"""

SNIPPETS = {
    "find": r"""
/* Return the position of a text among others, -1 if it is none of them. */
static inline int @find(const char *text, const char *const *texts, int n)
{
    int k;
    for (k = 0; text && k < n; k++)
        if (texts[k] && strcmp(text, texts[k]) == 0)
            return k;
    return -1;
}
""",
    "place": r"""
/* Return the place of a level from 1; 0 for -1, NaN and whatever is no position. */
static inline int @place(double position, int n_levels)
{
    return position >= 0 && position < n_levels ? (int)position + 1 : 0;
}
""",
    "scaled": r"""
/* Return a number brought to about 1, and never beyond 3: a smooth clip. */
static inline double @scaled(double x, double median, double spread, double mean, double unit)
{
    const double edge = 3298534883328.0; /* 3 * 2^40: beyond, the clip is 3 to the last digit */
    x = isnan(x) ? mean : x / unit;
    if (spread > 0)
        x = (x - median) / spread;
    else
        x = isfinite(x) ? 0.0 : x;
    x = x < -edge ? -edge : x > edge ? edge : x;
    return x / sqrt(1 + (x / 3) * (x / 3));
}
""",
    "date": r"""
/* A date in days since 1970-01-01 and the part of the day that is over, and in months and days. */
typedef struct {
    double year, month, day, weekday, hour; /* all but the year as parts of a whole turn */
    int missing;
} @date_parts;

static inline @date_parts @date(double seconds)
{
    @date_parts parts = {0, 0, 0, 0, 0, 1};
    double microseconds;
    long long days, era, day, year, month;
    if (!(fabs(seconds) < 9.2e12)) /* NaN, or 292,000 years away */
        return parts;
    days = (long long)floor(seconds / 86400);
    microseconds = floor((seconds - 86400.0 * (double)days) * 1e6 + 0.5);
    if (microseconds >= 86400e6) {
        days++;
        microseconds -= 86400e6;
    }
    /* Years begin in March here, so that the day that comes every four years is their last. */
    day = days + 719468; /* since 0000-03-01 */
    era = (day >= 0 ? day : day - 146096) / 146097; /* of 400 years */
    day -= era * 146097;
    year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    day -= 365 * year + year / 4 - year / 100;
    month = (5 * day + 2) / 153;
    day -= (153 * month + 2) / 5;
    year += 400 * era + (month >= 10);
    month = (month + 2) % 12; /* January is 0 */
    parts.year = (double)year;
    parts.month = (double)month / 12;
    parts.day = (double)day / 31;
    parts.weekday = (double)((days + 3) % 7) / 7; /* 1970 began on a Thursday; -6/7 is 1/7 */
    parts.hour = microseconds / 86400e6;
    parts.missing = 0;
    return parts;
}
""",
    "sine": r"""
/* Return the sine of a part of a turn, to 12 digits. */
static inline double @sine(double turn)
{
    return rint(sin(6.283185307179586 * turn) * 1e12) / 1e12;
}
""",
    "cosine": r"""
/* Return the cosine of a part of a turn, to 12 digits. */
static inline double @cosine(double turn)
{
    return rint(cos(6.283185307179586 * turn) * 1e12) / 1e12;
}
""",
    "dense": r"""
/* z = x W + b; W row by row. */
static inline void @dense(const double *x, size_t n_in, size_t n_out, const REAL *W, const REAL *b,
                          double *z)
{
    size_t i, k;
    for (k = 0; k < n_out; k++)
        z[k] = b[k];
    for (i = 0; i < n_in; i++)
        for (k = 0; k < n_out; k++)
            z[k] += x[i] * W[i * n_out + k];
}
""",
    "periodic_embedding": r"""
/* Each number x, and beside it M cos(2 pi f x + c) + d: n_numbers mixtures of n_waves waves. */
static inline void @periodic_embedding(const double *x, size_t n_in, size_t n_waves,
                                       size_t n_numbers, const REAL *f, const REAL *c,
                                       const REAL *M, const REAL *d, double *y)
{
    size_t i, j, k;
    for (i = 0; i < n_in; i++) {
        *y++ = x[i];
        for (k = 0; k < n_numbers; k++)
            y[k] = d[i * n_numbers + k];
        for (j = i * n_waves; j < (i + 1) * n_waves; j++) {
            const double wave = cos(x[i] * (f[j] * 6.283185307179586) + c[j]);
            for (k = 0; k < n_numbers; k++)
                y[k] += wave * M[j * n_numbers + k];
        }
        y += n_numbers;
    }
}
""",
    "category_embedding": r"""
/* The vector of a level, by its place from 1; zeros for place 0. */
static inline void @category_embedding(double place, size_t size, const REAL *E, double *y)
{
    size_t k;
    for (k = 0; k < size; k++)
        y[k] = place > 0 ? (double)E[((size_t)place - 1) * size + k] : 0.0;
}
""",
    "sigmoid": r"""
/* 1 / (1 + exp(-z)), by way of exp(-|z|): exp(710) is infinite. */
static inline double @sigmoid(double z)
{
    const double e = exp(-fabs(z));
    return (z < 0 ? e : 1.0) / (1 + e);
}
""",
    "tanh": r"""
static inline double @tanh(double z)
{
    return tanh(z);
}
""",
    "relu": r"""
static inline double @relu(double z)
{
    return z > 0 ? z : 0.0;
}
""",
    "leaky_relu": r"""
static inline double @leaky_relu(double z, double slope)
{
    return z > 0 ? z : slope * z;
}
""",
    "elu": r"""
static inline double @elu(double z, double alpha)
{
    return z > 0 ? z : alpha * expm1(z);
}
""",
    "selu": r"""
/* An ELU that keeps mean 0 and variance 1: Klambauer and others, 2017. */
static inline double @selu(double z)
{
    const double scale = 1.0507009873554804934, alpha = 1.6732632423543772848;
    return z > 0 ? scale * z : scale * alpha * expm1(z);
}
""",
    "softplus": r"""
/* log(1 + exp(z)), without exp of a large number. */
static inline double @softplus(double z)
{
    return (z > 0 ? z : 0.0) + log1p(exp(-fabs(z)));
}
""",
    "gelu": r"""
/* z times the normal probability of a smaller number. */
static inline double @gelu(double z)
{
    return z * (0.5 * erfc(-z / 1.4142135623730951));
}
""",
    "gelu_tanh": r"""
/* GELU approximated by a tanh, which is 1 or -1 to the last digit beyond 40. */
static inline double @gelu_tanh(double z)
{
    const double u = z < -40 ? -40.0 : z > 40 ? 40.0 : z;
    return 0.5 * z * (1 + tanh(0.7978845608028654 * (u + 0.044715 * u * u * u)));
}
""",
    "silu": r"""
static inline double @silu(double z)
{
    return z * @sigmoid(z);
}
""",
    "mish": r"""
/* z tanh(log(1 + exp(z))), which is z to the last digit beyond 22. */
static inline double @mish(double z)
{
    const double e = exp(z < 22 ? z : 22.0), n = e * (e + 2);
    return z * (n / (n + 2));
}
""",
    "hard_tanh": r"""
static inline double @hard_tanh(double z)
{
    return z < -1 ? -1.0 : z > 1 ? 1.0 : z;
}
""",
    "mixed": r"""
/* A mixture of z and f = f(z), node by node; a is learned. */
static inline double @mixed(double z, double f, double a)
{
    return z + a * (f - z);
}
""",
    "inside": r"""
/* A probability that is never 0 or 1, which no score means. */
static inline double @inside(double p)
{
    const double least = 2.2250738585072014e-308, most = 0.9999999999999999;
    return p < least ? least : p > most ? most : p;
}
""",
    "softmax": r"""
/* exp(z) as parts of their sum; the largest is 1 before that: exp(710) is infinite. */
static inline void @softmax(const double *z, size_t n, double *p)
{
    double largest = z[0], total = 0.0;
    size_t k;
    for (k = 1; k < n; k++)
        largest = z[k] > largest ? z[k] : largest;
    for (k = 0; k < n; k++)
        total += p[k] = exp(z[k] - largest);
    for (k = 0; k < n; k++)
        p[k] = @inside(p[k] / total);
}
""",
    "largest": r"""
/* Return the position of the largest of p[first], ..., p[end - 1], the first of equal ones. */
static inline int @largest(const double *p, int first, int end)
{
    int k, best = first;
    for (k = first + 1; k < end; k++)
        best = p[k] > p[best] ? k : best;
    return best;
}
""",
}
"""Source by name, each after those that it needs."""
