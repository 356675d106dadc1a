-- AlterTable
ALTER TABLE "purchase_order" ADD COLUMN     "proposed_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- Orders from before have waited since their run answered.
UPDATE "purchase_order" SET "proposed_at" = COALESCE("match_run"."ended_at", "match_run"."started_at")
FROM "match_run" WHERE "match_run"."id" = "purchase_order"."run_id";
