-- AlterTable
ALTER TABLE "pool" ADD COLUMN     "secret" UUID NOT NULL DEFAULT gen_random_uuid();
