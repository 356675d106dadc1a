-- AlterTable
ALTER TABLE "offer_opening" DROP CONSTRAINT "offer_opening_pkey",
ADD CONSTRAINT "offer_opening_pkey" PRIMARY KEY ("round_id", "sheet_id");
