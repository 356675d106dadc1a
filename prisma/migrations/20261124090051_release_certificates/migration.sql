-- CreateTable
CREATE TABLE "release_seal" (
    "round_id" UUID NOT NULL,
    "number" INTEGER NOT NULL,
    "certificate" JSONB NOT NULL,
    "hash" TEXT NOT NULL,
    "secrets" JSONB NOT NULL,

    CONSTRAINT "release_seal_pkey" PRIMARY KEY ("round_id","number")
);

-- AddForeignKey
ALTER TABLE "release_seal" ADD CONSTRAINT "release_seal_round_id_number_fkey" FOREIGN KEY ("round_id", "number") REFERENCES "release"("round_id", "number") ON DELETE CASCADE ON UPDATE CASCADE;
