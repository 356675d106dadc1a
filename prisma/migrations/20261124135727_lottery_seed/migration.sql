-- CreateTable
CREATE TABLE "lottery" (
    "round_id" UUID NOT NULL,
    "seed" TEXT NOT NULL,
    "commitment" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "revealed_at" TIMESTAMPTZ(3),

    CONSTRAINT "lottery_pkey" PRIMARY KEY ("round_id")
);

-- AddForeignKey
ALTER TABLE "lottery" ADD CONSTRAINT "lottery_round_id_fkey" FOREIGN KEY ("round_id") REFERENCES "round"("id") ON DELETE CASCADE ON UPDATE CASCADE;
