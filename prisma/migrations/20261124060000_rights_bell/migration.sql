-- Rings `rights_bell` when somebody's rights change, so that every node closes the sockets that used them (server/rights.ts).
CREATE FUNCTION ring_rights() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  touched record := COALESCE(NEW, OLD);
BEGIN
  IF TG_TABLE_NAME = 'pool_member' THEN
    PERFORM pg_notify('rights_bell', 'organization:' || touched.organization_id);
  ELSE
    PERFORM pg_notify('rights_bell', 'user:' || touched."userId");
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER rights_of_session AFTER DELETE ON "session" FOR EACH ROW EXECUTE FUNCTION ring_rights();
CREATE TRIGGER rights_of_session_changed AFTER UPDATE ON "session" FOR EACH ROW
  WHEN (NEW."expiresAt" < OLD."expiresAt" OR NEW."activeOrganizationId" IS DISTINCT FROM OLD."activeOrganizationId")
  EXECUTE FUNCTION ring_rights();
CREATE TRIGGER rights_of_member AFTER UPDATE OR DELETE ON "member" FOR EACH ROW EXECUTE FUNCTION ring_rights();
CREATE TRIGGER rights_of_pool_member AFTER UPDATE OR DELETE ON "pool_member" FOR EACH ROW EXECUTE FUNCTION ring_rights();
