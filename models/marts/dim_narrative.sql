{# What is told of an objective, section by section; a heading under which nothing stands tells nothing. #}
select
    objective_id,
    edition,
    author_role,
    section,
    section_order,
    text,
    is_synthetic,
    snapshot_id
from {{ ref('stg_municipal__narrative') }}
where text is not null
order by objective_id, section_order
