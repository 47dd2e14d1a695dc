package partner;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** A partner's site: people log in at their insurer, and Spring Security does the protocol. */
@SpringBootApplication
@RestController
public class Partner {
    public static void main(String[] args) {
        SpringApplication.run(Partner.class, args);
    }

    @GetMapping(path = "/", produces = "text/html;charset=utf-8")
    String home() {
        return "<h1>A partner</h1> <a href='/me'>Log in</a> <a href='/logout'>Log out</a>";
    }

    /** The claims of ID token and userinfo. */
    @GetMapping("/me")
    Map<String, Object> me(@AuthenticationPrincipal OidcUser member) {
        return member.getClaims();
    }
}
