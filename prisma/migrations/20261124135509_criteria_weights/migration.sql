-- CreateTable
CREATE TABLE "criteria_weights" (
    "programme_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "weights" JSONB NOT NULL,
    "reason" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "criteria_weights_pkey" PRIMARY KEY ("programme_id","version")
);

-- AddForeignKey
ALTER TABLE "criteria_weights" ADD CONSTRAINT "criteria_weights_programme_id_fkey" FOREIGN KEY ("programme_id") REFERENCES "programme"("id") ON DELETE CASCADE ON UPDATE CASCADE;
