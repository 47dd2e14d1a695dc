-- One address signs in for one account only; what notices go to besides may be shared in a family.
CREATE UNIQUE INDEX addresses_login ON addresses (insurer_id, address_match) WHERE role = 'login';
DROP INDEX addresses_match;
