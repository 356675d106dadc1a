-- AlterTable
ALTER TABLE "round" ADD COLUMN     "rules" JSONB;
