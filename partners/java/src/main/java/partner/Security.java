package partner;

import jakarta.servlet.http.HttpServletRequest;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.oauth2.client.oidc.authentication.OidcIdTokenDecoderFactory;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistration;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.core.endpoint.OAuth2AuthorizationRequest;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtDecoderFactory;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.servlet.util.matcher.PathPatternRequestMatcher;

/** What needs a login, and how one begins, fails and ends. */
@Configuration
class Security {
    @Bean
    SecurityFilterChain pages(HttpSecurity http, ClientRegistrationRepository clients,
            @Value("${base}") String base) throws Exception {
        var logout = new OidcClientInitiatedLogoutSuccessHandler(clients);
        logout.setPostLogoutRedirectUri(base + "/");
        return http
            .authorizeHttpRequests(pages -> pages
                .requestMatchers("/", "/error").permitAll()
                .anyRequest().authenticated())
            .oauth2Login(login -> login
                .loginPage("/login")
                .authorizationEndpoint(at -> at.authorizationRequestResolver(new Login(clients)))
                .redirectionEndpoint(at -> at.baseUri("/callback"))
                .defaultSuccessUrl("/me", true)
                .failureHandler((request, response, failure) -> {
                    // The provider's word, such as access_denied, or what Spring found wrong.
                    response.setStatus(400);
                    response.setContentType("text/plain;charset=UTF-8");
                    response.getWriter().print("Login failed: " + failure.getMessage());
                }))
            .logout(at -> at
                // Spring's default is a form that posts: keep that where it suits your pages.
                .logoutRequestMatcher(PathPatternRequestMatcher.withDefaults().matcher("/logout"))
                .logoutSuccessHandler(logout))
            .build();
    }

    /** Spring expects RS256 unless told. */
    @Bean
    JwtDecoderFactory<ClientRegistration> idTokens() {
        var factory = new OidcIdTokenDecoderFactory();
        factory.setJwsAlgorithmResolver(client -> SignatureAlgorithm.ES256);
        return factory;
    }

    /** Begins a login at /login. State and nonce are Spring's habit, PKCE has to be asked for. */
    private static class Login implements OAuth2AuthorizationRequestResolver {
        private final DefaultOAuth2AuthorizationRequestResolver spring;

        Login(ClientRegistrationRepository clients) {
            spring = new DefaultOAuth2AuthorizationRequestResolver(clients, "/login");
            spring.setAuthorizationRequestCustomizer(
                OAuth2AuthorizationRequestCustomizers.withPkce());
        }

        @Override
        public OAuth2AuthorizationRequest resolve(HttpServletRequest request) {
            return request.getServletPath().equals("/login") ? resolve(request, "insurer") : null;
        }

        @Override
        public OAuth2AuthorizationRequest resolve(HttpServletRequest request, String client) {
            var login = spring.resolve(request, client);
            if (login == null || !"none".equals(request.getParameter("prompt"))) {
                return login;
            }
            // Silent single sign-on: the provider asks nothing and answers login_required instead.
            return OAuth2AuthorizationRequest.from(login)
                .additionalParameters(parameters -> parameters.put("prompt", "none"))
                .build();
        }
    }
}
