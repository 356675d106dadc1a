-- CreateEnum
CREATE TYPE "OpenGround" AS ENUM ('group', 'counsel');

-- CreateEnum
CREATE TYPE "CarryOver" AS ENUM ('none', 'wanted', 'done');

-- AlterTable
ALTER TABLE "round" ADD COLUMN     "carry_over" "CarryOver" NOT NULL DEFAULT 'none';

-- CreateTable
CREATE TABLE "past_member" (
    "pool_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "role" "PoolRole" NOT NULL,
    "left_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "past_member_pkey" PRIMARY KEY ("pool_id","organization_id")
);

-- CreateTable
CREATE TABLE "open_basis" (
    "pool_id" UUID NOT NULL,
    "ground" "OpenGround" NOT NULL,
    "reference" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "open_basis_pkey" PRIMARY KEY ("pool_id")
);

-- CreateTable
CREATE TABLE "acknowledgement" (
    "pool_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "acknowledgement_pkey" PRIMARY KEY ("pool_id","organization_id")
);

-- CreateIndex
CREATE INDEX "past_member_organization_id_idx" ON "past_member"("organization_id");

-- AddForeignKey
ALTER TABLE "past_member" ADD CONSTRAINT "past_member_pool_id_fkey" FOREIGN KEY ("pool_id") REFERENCES "pool"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "past_member" ADD CONSTRAINT "past_member_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "open_basis" ADD CONSTRAINT "open_basis_pool_id_fkey" FOREIGN KEY ("pool_id") REFERENCES "pool"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "acknowledgement" ADD CONSTRAINT "acknowledgement_pool_id_fkey" FOREIGN KEY ("pool_id") REFERENCES "pool"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "acknowledgement" ADD CONSTRAINT "acknowledgement_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE ON UPDATE CASCADE;
