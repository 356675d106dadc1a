-- CreateEnum
CREATE TYPE "DrawdownState" AS ENUM ('requested', 'approved', 'released', 'closed', 'refused', 'withdrawn');

-- CreateTable
CREATE TABLE "reserve_lot" (
    "id" UUID NOT NULL,
    "programme_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "mineral" TEXT NOT NULL,
    "form" TEXT NOT NULL,
    "grade_pct" DOUBLE PRECISION,
    "source" TEXT NOT NULL,
    "drawdown_id" UUID,
    "replaces_id" UUID,
    "site" TEXT NOT NULL,
    "storage_class" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "rotation_due_at" TIMESTAMPTZ(3),
    "assay_pct" DOUBLE PRECISION,
    "assay_reference" TEXT NOT NULL DEFAULT '',
    "assayed_at" TIMESTAMPTZ(3),

    CONSTRAINT "reserve_lot_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "reserve_movement" (
    "programme_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "kind" TEXT NOT NULL,
    "from" TEXT NOT NULL,
    "to" TEXT NOT NULL,
    "grams" BIGINT NOT NULL,
    "lot_id" UUID,
    "drawdown_id" UUID,
    "note" TEXT NOT NULL DEFAULT '',
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "reserve_movement_pkey" PRIMARY KEY ("programme_id","number")
);

-- CreateTable
CREATE TABLE "reserve_drawdown" (
    "id" UUID NOT NULL,
    "programme_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "mineral" TEXT NOT NULL,
    "form" TEXT NOT NULL,
    "grams" BIGINT NOT NULL,
    "reason" TEXT NOT NULL,
    "state" "DrawdownState" NOT NULL DEFAULT 'requested',
    "requested_by" UUID NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "approved_by" UUID,
    "approved_at" TIMESTAMPTZ(3),
    "decided_by" UUID,
    "decided_at" TIMESTAMPTZ(3),
    "comment" TEXT NOT NULL DEFAULT '',
    "due_at" TIMESTAMPTZ(3),
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "reserve_drawdown_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "order_step" (
    "id" UUID NOT NULL,
    "order_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "grams" BIGINT NOT NULL,
    "day" DATE NOT NULL,
    "reference" TEXT NOT NULL DEFAULT '',
    "reason" TEXT NOT NULL DEFAULT '',
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "order_step_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "reserve_lot_programme_id_number_key" ON "reserve_lot"("programme_id", "number");

-- CreateIndex
CREATE INDEX "reserve_movement_programme_id_from_idx" ON "reserve_movement"("programme_id", "from");

-- CreateIndex
CREATE INDEX "reserve_movement_programme_id_to_idx" ON "reserve_movement"("programme_id", "to");

-- CreateIndex
CREATE UNIQUE INDEX "reserve_drawdown_programme_id_organization_id_number_key" ON "reserve_drawdown"("programme_id", "organization_id", "number");

-- CreateIndex
CREATE INDEX "order_step_order_id_at_idx" ON "order_step"("order_id", "at");

-- AddForeignKey
ALTER TABLE "reserve_lot" ADD CONSTRAINT "reserve_lot_programme_id_fkey" FOREIGN KEY ("programme_id") REFERENCES "programme"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reserve_movement" ADD CONSTRAINT "reserve_movement_programme_id_fkey" FOREIGN KEY ("programme_id") REFERENCES "programme"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reserve_drawdown" ADD CONSTRAINT "reserve_drawdown_programme_id_fkey" FOREIGN KEY ("programme_id") REFERENCES "programme"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "order_step" ADD CONSTRAINT "order_step_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "purchase_order"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- What the schema file cannot say: no movement of nothing.
ALTER TABLE "reserve_movement" ADD CONSTRAINT "reserve_movement_grams" CHECK ("grams" > 0);
