-- AlterEnum
ALTER TYPE "Verdict" ADD VALUE 'recuse';
