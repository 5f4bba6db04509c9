"""Counting by municipality, in SQL. Of organisations and seats only, so that nothing of it is of persons."""

from services.analytics.store.process_queries import OFFERED

BY_MUNICIPALITY = f"""
with {OFFERED}
select region, coalesce(municipality, 'unknown') as row, 'schools' as col, count(*) as n, 0 as persons
from schools where cast(:school as uuid) is null or id = :school group by region, 2
union all
select region, coalesce(municipality, 'unknown'), 'employers', count(*), 0 from employers e
where (jsonb_array_length(cooperations) > 0 or brought_in_by is not null)
  and not exists (select from employers_merged m where m.id = e.id)
  and (cast(:school as uuid) is null or brought_in_by = :school
       or cooperations @> jsonb_build_array(jsonb_build_object('school_id', cast(:school as text))))
group by region, 2
union all
select region, coalesce(municipality, 'unknown'), 'seats', sum(seats), 0
from offered where begin_date <= :as_of and end_date >= :as_of and gone_date > :as_of group by region, 2
union all
select region, coalesce(municipality, 'unknown'), 'opening', sum(seats), 0
from offered where begin_date > :as_of and begin_date <= cast(:as_of as date) + interval '3 months'
  and gone_date > begin_date group by region, 2
"""  # noqa: S608 — names of this module

BY_TABLE = {"by-municipality": BY_MUNICIPALITY}
