-- AlterTable
ALTER TABLE "sheet_snapshot" ADD COLUMN     "hash" BYTEA NOT NULL DEFAULT '\x';

-- CreateTable
CREATE TABLE "sheet_checkpoint" (
    "sheet_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "rows" BYTEA NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "sheet_checkpoint_pkey" PRIMARY KEY ("sheet_id","seq")
);

-- CreateTable
CREATE TABLE "sheet_version" (
    "id" UUID NOT NULL,
    "sheet_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "name" TEXT NOT NULL,
    "note" TEXT NOT NULL DEFAULT '',
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "sheet_version_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "sheet_version_sheet_id_at_idx" ON "sheet_version"("sheet_id", "at");

-- AddForeignKey
ALTER TABLE "sheet_checkpoint" ADD CONSTRAINT "sheet_checkpoint_sheet_id_fkey" FOREIGN KEY ("sheet_id") REFERENCES "sheet"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "sheet_version" ADD CONSTRAINT "sheet_version_sheet_id_fkey" FOREIGN KEY ("sheet_id") REFERENCES "sheet"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Owners of rows, by themselves: opening a sheet looks up who owned removed rows, and would otherwise read its whole history.
CREATE INDEX "cell_change_owner_idx" ON "cell_change" ("sheet_id", "row", "seq" DESC, "n" DESC) WHERE "column" = 'org';
