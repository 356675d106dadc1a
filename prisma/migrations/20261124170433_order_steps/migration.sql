-- AlterTable
ALTER TABLE "order_step" ADD COLUMN     "assay_pct" DOUBLE PRECISION,
ADD COLUMN     "salt" UUID NOT NULL,
ADD COLUMN     "struck_at" TIMESTAMPTZ(3),
ADD COLUMN     "struck_by" UUID,
ADD COLUMN     "struck_why" TEXT NOT NULL DEFAULT '';

-- AlterTable
ALTER TABLE "reserve_lot" ADD COLUMN     "order_id" UUID;

-- CreateIndex
CREATE INDEX "reserve_lot_order_id_idx" ON "reserve_lot"("order_id");

-- AddForeignKey
ALTER TABLE "reserve_lot" ADD CONSTRAINT "reserve_lot_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "purchase_order"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
