{#
    Exact distribution of Mann-Kendall's S for 2 to 10 points without ties, by counting: a permutation of n with k
    inversions is a permutation of n - 1 in which the n-th is put down with 0 to n - 1 numbers to its right. S = n(n -
    1)/2 - 2k.
#}
with digit as (
    {% for k in range(10) %}
    select {{ k }} as inversions
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

of_1 as (
    select
        1 as n,
        0 as inversions,
        1 as permutations
),

{% for n in range(2, 11) %}
of_{{ n }} as (
    select
        {{ n }} as n,
        cast(shorter.inversions + added.inversions as integer) as inversions,
        sum(shorter.permutations) as permutations
    from of_{{ n - 1 }} as shorter
    inner join digit as added on added.inversions < {{ n }}
    group by shorter.inversions + added.inversions
),

{% endfor %}
distribution as (
    {% for n in range(2, 11) %}
    select * from of_{{ n }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

accumulated as (
    select
        n,
        cast(n * (n - 1) / 2 - 2 * inversions as integer) as s,
        sum(permutations) over (partition by n order by inversions) as at_most,
        sum(permutations) over (partition by n) as altogether
    from distribution
)

-- the distribution is symmetric: P(|S| >= s) is twice the tail, and 1 around zero
select
    n,
    s,
    cast(least(2e0 * at_most / altogether, 1) as double) as p_value
from accumulated
where s >= 0
