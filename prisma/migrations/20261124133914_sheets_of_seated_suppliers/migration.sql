-- A supplier that has a seat already gets its own offers sheet in every round that still takes offers. What it entered so far stays in the
-- sheet that officials fill, which is closed to it from now on.
INSERT INTO "sheet" ("id", "kind", "pool_id", "round_id", "organization_id")
SELECT gen_random_uuid(), 'offers', r."pool_id", r."id", m."organization_id"
FROM "round" r JOIN "pool_member" m ON m."pool_id" = r."pool_id"
WHERE m."role" = 'liaison' AND r."phase" IN ('collect', 'review', 'offers');
