-- AlterEnum
ALTER TYPE "SheetKind" ADD VALUE 'targets';
