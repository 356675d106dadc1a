-- AlterTable
ALTER TABLE "reserve_movement" ADD COLUMN     "salt" UUID NOT NULL;
