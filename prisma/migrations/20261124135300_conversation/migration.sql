-- CreateEnum
CREATE TYPE "NotificationKind" AS ENUM ('mention', 'reply', 'held', 'decided');

-- CreateEnum
CREATE TYPE "MailChoice" AS ENUM ('atOnce', 'daily', 'none');

-- CreateEnum
CREATE TYPE "MailState" AS ENUM ('waiting', 'sent', 'dropped', 'failed');

-- CreateTable
CREATE TABLE "comment_thread" (
    "id" UUID NOT NULL,
    "sheet_id" UUID NOT NULL,
    "row" TEXT NOT NULL,
    "column" TEXT NOT NULL DEFAULT '',
    "at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),
    "resolved_by" UUID,
    "resolved_of" UUID,

    CONSTRAINT "comment_thread_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "comment" (
    "id" UUID NOT NULL,
    "thread_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "text" TEXT NOT NULL,
    "mentions" UUID[],
    "state" "TalkState" NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "listed_at" TIMESTAMPTZ(3) NOT NULL,
    "edited_at" TIMESTAMPTZ(3),
    "deleted_at" TIMESTAMPTZ(3),
    "decided_by" UUID,
    "reason" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "comment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "comment_revision" (
    "comment_id" UUID NOT NULL,
    "n" INTEGER NOT NULL,
    "text" TEXT NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "comment_revision_pkey" PRIMARY KEY ("comment_id","n")
);

-- CreateTable
CREATE TABLE "notification" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "kind" "NotificationKind" NOT NULL,
    "comment_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "read_at" TIMESTAMPTZ(3),
    "mail_id" UUID,

    CONSTRAINT "notification_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "mail_preference" (
    "user_id" UUID NOT NULL,
    "choice" "MailChoice" NOT NULL,

    CONSTRAINT "mail_preference_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "mail" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "organization_id" UUID NOT NULL,
    "is_digest" BOOLEAN NOT NULL,
    "state" "MailState" NOT NULL DEFAULT 'waiting',
    "at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "mail_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "comment_thread_sheet_id_at_idx" ON "comment_thread"("sheet_id", "at");

-- CreateIndex
CREATE INDEX "comment_thread_id_listed_at_idx" ON "comment"("thread_id", "listed_at");

-- CreateIndex
CREATE INDEX "comment_user_id_at_idx" ON "comment"("user_id", "at");

-- CreateIndex
CREATE INDEX "notification_user_id_organization_id_at_idx" ON "notification"("user_id", "organization_id", "at");

-- CreateIndex
CREATE UNIQUE INDEX "notification_user_id_comment_id_kind_key" ON "notification"("user_id", "comment_id", "kind");

-- CreateIndex
CREATE INDEX "mail_state_due_at_idx" ON "mail"("state", "due_at");

-- CreateIndex
CREATE INDEX "mail_user_id_organization_id_idx" ON "mail"("user_id", "organization_id");

-- AddForeignKey
ALTER TABLE "comment_thread" ADD CONSTRAINT "comment_thread_sheet_id_fkey" FOREIGN KEY ("sheet_id") REFERENCES "sheet"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comment" ADD CONSTRAINT "comment_thread_id_fkey" FOREIGN KEY ("thread_id") REFERENCES "comment_thread"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "comment_revision" ADD CONSTRAINT "comment_revision_comment_id_fkey" FOREIGN KEY ("comment_id") REFERENCES "comment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification" ADD CONSTRAINT "notification_comment_id_fkey" FOREIGN KEY ("comment_id") REFERENCES "comment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "notification" ADD CONSTRAINT "notification_mail_id_fkey" FOREIGN KEY ("mail_id") REFERENCES "mail"("id") ON DELETE SET NULL ON UPDATE CASCADE;
