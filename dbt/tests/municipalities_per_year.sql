{{ config(meta={"dagster": {"ref": {"name": "int_region_life"}}}) }}
-- The number of gemeenten on 1 January, as CBS states it per year, must come out of seed and code lists.
-- A workspace may load no national code list (a test's own little country): then nothing can be counted, and only then.
-- Returns the years whose number differs.
with stated as (
    select
        figures.year,
        figures.n_stated
    from (
        values
        (2010, 431), (2011, 418), (2012, 415), (2013, 408), (2014, 403), (2015, 393), (2016, 390), (2017, 388),
        (2018, 380), (2019, 355), (2020, 355), (2021, 352), (2022, 345), (2023, 342)
    ) as figures (year, n_stated)
),

national_list as (
    select snapshot_id
    from {{ ref('stg_cbs__region') }}
    where region_type = 'gemeente'
    group by source_id, dataset_id, snapshot_id
    having count(*) >= 300
),

counted as (
    select
        stated.year,
        stated.n_stated,
        count(life.region_code) as n_counted
    from stated
    cross join {{ ref('stg_run__parameter') }} as parameter
    left join {{ ref('int_region_life') }} as life on {{ existed_on('life', 'make_date(stated.year, 1, 1)') }}
    where make_date(stated.year, 1, 1) <= parameter.as_of
    group by stated.year, stated.n_stated
)

select *
from counted
where
    n_counted != n_stated
    and exists (select 1 from national_list)
