-- expand: nothing changes here; the twin of this file in ../../sqlite says the allowed states in other words.

SELECT 1;
