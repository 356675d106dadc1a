-- CreateTable
CREATE TABLE "reserve_holder" (
    "programme_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "reserve_holder_pkey" PRIMARY KEY ("programme_id","organization_id")
);

-- AddForeignKey
ALTER TABLE "reserve_holder" ADD CONSTRAINT "reserve_holder_programme_id_fkey" FOREIGN KEY ("programme_id") REFERENCES "programme"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reserve_holder" ADD CONSTRAINT "reserve_holder_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;
