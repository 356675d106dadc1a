-- CreateTable
CREATE TABLE "scenario_run" (
    "id" UUID NOT NULL,
    "run_id" UUID NOT NULL,
    "round_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "shocks" JSONB NOT NULL,
    "state" "RunState" NOT NULL DEFAULT 'queued',
    "polishing" BOOLEAN NOT NULL DEFAULT false,
    "reason" TEXT,
    "exact" JSONB,
    "told" JSONB,
    "user_id" UUID NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "scenario_run_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "scenario_run_run_id_idx" ON "scenario_run"("run_id");

-- CreateIndex
CREATE UNIQUE INDEX "scenario_run_round_id_number_key" ON "scenario_run"("round_id", "number");

-- AddForeignKey
ALTER TABLE "scenario_run" ADD CONSTRAINT "scenario_run_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "match_run"("id") ON DELETE CASCADE ON UPDATE CASCADE;
